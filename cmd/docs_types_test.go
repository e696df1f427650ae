package cmd

import (
	"bytes"
	"os"
	"os/exec"
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
		case "ts", "go", "py":
			s.write(t, name, b.text)
		case "text", "sh":
		default:
			t.Errorf("nothing runs a block of the kind %q:\n%s", b.kind, b.text)
		}
	}
	var output string
	for _, b := range readBlocks(t, file) {
		switch {
		case strings.HasPrefix(b.text, "python3 "):
			t.Run("Python", func(t *testing.T) {
				needsDateutil(t)
				checkOutput(t, s.succeed(t, b.text), "communication Email: asha@mail.example", "No of Days: 4.0")
			})
			continue
		case b.kind == "sh":
		case b.kind == "sh types":
			s.linkGenerators(t)
		default:
			continue
		}
		output += s.succeed(t, b.text)
	}
	if code, err := os.ReadFile(filepath.Join(s.folder, "Event.cs")); err != nil || !bytes.Contains(code, []byte("static Event FromJson(string json)")) {
		t.Errorf("Event.cs has no FromJson: %v", err) // nothing compiles it: Debian has no package for dotnet
	}
	checkOutput(t, output, "communication Email: asha@mail.example", "No of Days: 4", "Travel Date: 2022-07-28T09:31:00Z", "Travel Date: 7/28/22 9:31:00 AM")
}

// succeed runs a script, which must end with the exit code 0, and returns its output.
func (s *stage) succeed(t *testing.T, script string) string {
	t.Helper()
	stdout, stderr, code := s.script(t, script)
	if code != console.ExitOK {
		t.Fatalf("%s\nexit code %d\n%s%s", script, code, stdout, stderr)
	}
	return stdout
}

// checkOutput checks that the output has these lines.
func checkOutput(t *testing.T, output string, lines ...string) {
	t.Helper()
	for _, want := range lines {
		if !strings.Contains(output, want+"\n") {
			t.Errorf("the generated types do not read %q\n%s", want, output)
		}
	}
}

// needsDateutil skips the test if the generated Python code cannot import the package that parses its dates.
func needsDateutil(t *testing.T) {
	t.Helper()
	needs(t, "python3")
	if exec.CommandContext(t.Context(), "python3", "-c", "import dateutil").Run() != nil {
		t.Skip("python-dateutil is not installed")
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
