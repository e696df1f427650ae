package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// documents has a function for each file of docs that runs its blocks.
var documents = map[string]func(t *testing.T, file string){
	"CONTRIBUTING.md": runGuide,
	"SECURITY.md":     runNothing,
	"architecture.md": runNothing,
	"contract.md":     runNothing,
	"performance.md":  runInDocs,
	"scenarios.md":    runScenarioBlocks,
	"ci.md":           runPipelines,
	"check.md":        runGuide,
	"fuzz.md":         runGuide,
	"testing.md":      runTests,
	"ui.md":           runNothing,
	"bots.md":         runGuide,
	"history.md":      runGuide,
	"load.md":         runGuide,
	"docker.md":       runDocker,
	"settings.md":     runGuide,
	"signature.md":    runGuide,
	"types.md":        runTypes,
	"agents/SKILL.md": runGuide,
}

// TestDocsCommands runs the blocks of all documents. It fails for an unknown document and for a block that nothing runs.
func TestDocsCommands(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short runs no documents")
	}
	files, err := filepath.Glob("../docs/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	files = append(files, "../docs/agents/SKILL.md")
	for _, file := range files {
		name := strings.TrimPrefix(filepath.ToSlash(file), "../docs/")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := documents[name]
			if run == nil {
				t.Fatalf("nothing runs the blocks of this document")
			}
			run(t, file)
		})
	}
	if len(files) != len(documents) {
		t.Errorf("%d documents are known, docs has %d", len(documents), len(files))
	}
}

// runNothing is for a document without commands that a test can run.
func runNothing(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range fencedBlocks(string(text)) {
		if b.kind != "sh outside" {
			t.Errorf("nothing runs a block of the kind %q:\n%s", b.kind, b.text)
		}
	}
}

// runInDocs is for a document whose blocks a test of the folder docs runs.
func runInDocs(t *testing.T, file string) {
	test := strings.TrimSuffix(file, ".md") + "_test.go"
	if _, err := os.Stat(test); err != nil {
		t.Errorf("nothing runs the blocks of this document: %v", err)
	}
}
