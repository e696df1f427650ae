package cmd

import (
	"bytes"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"artihook/cmd/console"
)

// TestREADMECommands runs every command of the README that needs no outside service, in their order.
func TestREADMECommands(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short runs no documents")
	}
	runGuide(t, "../README.md")
}

// runGuide runs the blocks of a document in their order, in one directory. A block of the kind
//
//   - "sh" is a shell script; "sh curl" also needs the program curl, and is skipped if curl is missing
//   - "sh clone" runs in a clone of the repository, which is this tree
//   - "sh module" sets the module path; it runs in a copy of this tree
//   - "sh outside" needs an outside service, or builds and tests this tree, and is not run
//   - "yaml FILE" is written to FILE before the first command
//   - "" and "text" show output
//
// A script that starts with "artihook listen" or "artihook ui" runs until the document ends; localhost:8000 is its address.
func runGuide(t *testing.T, file string) {
	s := setStage(t)
	s.writeCaptured(t, "captured.json")
	blocks := readBlocks(t, file)
	for _, b := range blocks {
		if kind, name, _ := strings.Cut(b.kind, " "); kind == "yaml" && name != "" {
			s.write(t, name, b.text)
		}
	}
	ran := 0
	for _, b := range blocks {
		kind, rest, _ := strings.Cut(b.kind, " ")
		switch {
		case b.kind == "sh outside", b.kind == "", b.kind == "text", kind == "yaml" && rest != "":
			continue
		case b.kind == "sh clone":
			s.runInClone(t, b.text)
		case b.kind == "sh module":
			s.setModulePath(t, b.text)
		case b.kind == "sh" && strings.HasPrefix(b.text, "artihook ui"):
			ui := start(t, append(strings.Fields(b.text)[1:], "--addr", "127.0.0.1:0", "--history", filepath.Join(s.folder, "ui.db"))...)
			if status, _ := getPage(t, ui.url(t)); status != http.StatusOK {
				t.Errorf("%s: the page has the status %d", b.text, status)
			}
			ui.stop()
		case b.kind == "sh" && strings.HasPrefix(b.text, "artihook listen"):
			s.startListen(t, strings.Fields(b.text)[1:])
		case kind == "sh":
			t.Run(strings.TrimSpace(b.text), func(t *testing.T) {
				for _, program := range strings.Fields(rest) {
					needs(t, program)
				}
				if stdout, stderr, code := s.script(t, b.text); code != console.ExitOK {
					t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
				}
			})
		default:
			t.Errorf("nothing runs a block of the kind %q:\n%s", b.kind, b.text)
		}
		ran++
	}
	if ran == 0 {
		t.Errorf("%s has no commands", file)
	}
}

// startListen starts artihook listen on a free port. From then on, localhost:8000 is its address.
func (s *stage) startListen(t *testing.T, args []string) {
	t.Helper()
	for i := range args {
		args[i] = s.hosts.Replace(args[i])
	}
	listen := start(t, append(args, "--addr", "127.0.0.1:0")...)
	t.Cleanup(func() { listen.stop() })
	s.addresses["localhost:8000"] = strings.TrimPrefix(listen.url(t), "http://")
	s.setHosts()
	go new(bytes.Buffer).ReadFrom(listen.stdout)
}

// runInClone runs commands in the root of the repository. They install programs to the folder bin of the stage.
func (s *stage) runInClone(t *testing.T, text string) {
	t.Helper()
	bash := needs(t, "bash")
	needs(t, "go")
	text = strings.ReplaceAll(text, "go test ./...", "true") // this test is part of it
	command := exec.CommandContext(limited(t), bash, "-euo", "pipefail", "-c", text)
	command.Dir = ".."
	command.Env = append(s.env[:len(s.env):len(s.env)], "GOBIN="+filepath.Join(s.folder, "bin"))
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%s%v\n%s", text, err, output)
	}
}

// setModulePath runs the command that sets the module path in a copy of the tree, where each import must then be found.
func (s *stage) setModulePath(t *testing.T, text string) {
	t.Helper()
	bash := needs(t, "bash")
	needs(t, "perl")
	tree := filepath.Join(s.folder, "copy")
	if err := copyTree("..", tree); err != nil {
		t.Fatal(err)
	}
	imports := `grep -rn --include='*.go' '^\s*"artihook/' . && exit 1; go list -deps -test ./... >/dev/null`
	command := exec.CommandContext(t.Context(), bash, "-c", text+imports)
	command.Dir, command.Env = tree, s.env
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%s%v\n%s", text, err, output)
	}
}

// copyTree copies the directories and regular files below from, without those whose name begins with a dot and without node_modules.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		switch {
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && name != "." || entry.Name() == "node_modules"):
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		case !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), "."):
			return nil
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}
