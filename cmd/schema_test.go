package cmd

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"artihook/emitter/jsonschema"
	"artihook/emitter/openapi"
	"artihook/emitter/payload"
)

const schemasFile = "testdata/schemas.txt"

// TestSchemaVersion compares the digest of each schema with the one that its version had before: a schema that changes needs a new
// version. The first digest of a version is final.
func TestSchemaVersion(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(schemasFile)
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	known := map[string]string{} // the digest by version and file
	for line := range strings.Lines(string(text)) {
		name, digest, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || known[name] != "" {
			t.Fatalf("%s: unexpected line %q", schemasFile, line)
		}
		known[name] = digest
	}
	for file, document := range schemaFiles(t) {
		name := jsonschema.Version + " " + file
		digest := fmt.Sprintf("%x", sha256.Sum256(document))
		switch known[name] {
		case digest:
		case "":
			missing = append(missing, name+": "+digest+"\n")
		default:
			t.Errorf("%s has changed: raise Version in emitter/jsonschema, and add the new version with go test ./cmd -run SchemaVersion -update", file)
		}
	}
	slices.Sort(missing)
	switch {
	case len(missing) == 0 || t.Failed():
	case *update:
		if err := os.WriteFile(schemasFile, append(text, strings.Join(missing, "")...), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s does not have\n%sadd it with go test ./cmd -run SchemaVersion -update", schemasFile, strings.Join(missing, ""))
	}
}

// schemaFiles returns all schemas by the name of their file. The OpenAPI documents are without examples, which depend on the visitors.
func schemaFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for i := range schemas {
		s := &schemas[i]
		for _, edition := range payload.Editions {
			var b bytes.Buffer
			if err := s.print(&b, contract{edition: edition}); err != nil {
				t.Fatal(err)
			}
			if s.name == "openapi" {
				b.Reset()
				b.Write(openapi.Document(openapi.Options{Edition: edition}))
			}
			files[s.file(edition)] = b.Bytes()
		}
	}
	return files
}
