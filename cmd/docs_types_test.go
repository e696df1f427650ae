package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"artihook/cmd/console"
)

// runTypes runs the generators of docs/types.md: they must compile and read a sample. Blocks of the kind "sh" run as in
// runGuide, those of the kind "sh types" with the packages of testdata/node-types, after all files are written.
func runTypes(t *testing.T, file string) {
	s := setStage(t)
	s.writeCaptured(t, "captured.json")
	needs(t, "bash")
	for _, b := range readBlocks(t, file) {
		kind, name, _ := strings.Cut(b.kind, " ")
		switch kind {
		case "ts", "go":
			s.write(t, name, b.text)
		case "text", "sh":
		default:
			t.Errorf("nothing runs a block of the kind %q:\n%s", b.kind, b.text)
		}
	}
	var output string
	for _, b := range readBlocks(t, file) {
		switch b.kind {
		case "sh":
		case "sh types":
			s.linkGenerators(t)
		default:
			continue
		}
		stdout, stderr, code := s.script(t, b.text)
		if code != console.ExitOK {
			t.Fatalf("%s\nexit code %d\n%s%s", b.text, code, stdout, stderr)
		}
		output += stdout
	}
	for _, want := range []string{"communication Email: asha@mail.example\n", "No of Days: 4\n", "Travel Date: 2022-07-28T09:31:00Z\n", "Travel Date: 7/28/22 9:31:00 AM\n"} {
		if !strings.Contains(output, want) {
			t.Errorf("the generated types do not read %q\n%s", want, output)
		}
	}
}

// linkGenerators makes the packages of testdata/node-types available. It skips the test if they are missing.
func (s *stage) linkGenerators(t *testing.T) {
	t.Helper()
	for _, program := range []string{"node", "npx", "go"} {
		needs(t, program)
	}
	modules, err := filepath.Abs("testdata/node-types/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, "quicktype")); err != nil {
		t.Skip("quicktype is not installed: run npm ci in cmd/testdata/node-types")
	}
	link := filepath.Join(s.folder, "node_modules")
	if _, err := os.Lstat(link); err == nil {
		return
	}
	if err := os.Symlink(modules, link); err != nil {
		t.Fatal(err)
	}
}
