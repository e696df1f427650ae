// Package docs has tests of documents that need much time. The other documents are tested in cmd: this package has its own
// time limit and runs beside that one.
package docs

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

var (
	benchmarkBlock = regexp.MustCompile("(?m)^```sh\n(go test -run '\\^\\$' -bench .*)\n```$")
	notInstalled   = regexp.MustCompile(`\S+ is not installed`)
)

// TestPerformanceCommands runs each benchmark of performance.md for one short iteration, to see that the command works.
func TestPerformanceCommands(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash", "go"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	text, err := os.ReadFile("performance.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := benchmarkBlock.FindAllSubmatch(text, -1)
	if all := bytes.Count(text, []byte("\n```sh")); len(blocks) == 0 || len(blocks) != all {
		t.Fatalf("performance.md has %d blocks of commands; %d of them are benchmarks", all, len(blocks))
	}
	for _, block := range blocks {
		t.Run(string(block[1]), func(t *testing.T) {
			command := exec.CommandContext(t.Context(), "bash", "-c", string(block[1])+" -benchtime 1x -short -v")
			command.Dir = ".."
			output, err := command.CombinedOutput()
			switch reason := notInstalled.Find(output); {
			case err == nil && bytes.Contains(output, []byte("ns/op")):
			case err == nil && reason != nil:
				t.Skip(string(reason))
			default:
				t.Errorf("%v\n%s", err, output)
			}
		})
	}
}
