package cmd

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documents says for each file of docs how its blocks are run.
var documents = map[string]func(t *testing.T, file string){
	"CONTRIBUTING.md": runGuide,
	"SECURITY.md":     runNothing,
	"architecture.md": runNothing,
	"contract.md":     runNothing,
	"performance.md":  runMeasurements,
	"scenarios.md":    runScenarioBlocks,
	"ci.md":           runPipelines,
	"check.md":        runExaminations,
	"ui.md":           lookForPictures,
	"bots.md":         runGuide,
	"history.md":      runGuide,
	"load.md":         runGuide,
	"settings.md":     runGuide,
	"signature.md":    runGuide,
}

// TestDocsCommands runs what docs show. A document that it does not know, and a block that nobody would run, fail.
func TestDocsCommands(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../docs/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			run := documents[filepath.Base(file)]
			if run == nil {
				t.Fatalf("nothing runs the blocks of this document")
			}
			run(t, file)
		})
	}
	if len(files) != len(documents) {
		t.Errorf("%d documents are known, %d are there", len(documents), len(files))
	}
}

// runNothing is for a document without blocks.
func runNothing(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil || bytes.Contains(text, []byte("\n```")) {
		t.Errorf("nothing runs the blocks of %s: %v", file, err)
	}
}

// notInstalled finds the reason for which a benchmark was skipped.
var notInstalled = regexp.MustCompile(`\S+ is not installed`)

// runMeasurements runs commands that measure; once is enough to see that they work.
func runMeasurements(t *testing.T, file string) {
	bash := needs(t, "bash")
	needs(t, "go")
	for _, b := range readBlocks(t, file) {
		if b.kind != "sh" || !strings.HasPrefix(b.text, "go test -run '^$' -bench ") {
			t.Fatalf("this test does not know how to run %q", b.text)
		}
		t.Run(strings.TrimSpace(b.text), func(t *testing.T) {
			command := exec.CommandContext(limited(t), bash, "-c", strings.TrimSpace(b.text)+" -benchtime 1x -v")
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

// lookForPictures is for a page of pictures: what it shows is there. Its one command opens a browser and runs for ever.
func lookForPictures(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pictures := regexp.MustCompile(`!\[[^]]+\]\(([^)]+)\)`).FindAllSubmatch(text, -1)
	if len(pictures) == 0 {
		t.Fatal("it shows nothing")
	}
	for _, p := range pictures {
		if _, err := os.Stat(filepath.Join(filepath.Dir(file), string(p[1]))); err != nil {
			t.Error(err)
		}
	}
	for _, b := range readBlocks(t, file) {
		if b.kind == "sh" {
			t.Errorf("nothing runs %q", b.text)
		}
	}
}
