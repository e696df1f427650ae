package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"artihook/emitter/receiver"
)

// runTests runs the tests of testing.md in the languages that are installed, against artihook ui.
func runTests(t *testing.T, file string) {
	hook := "http://" + serveReceiver(t, receiver.Options{}) + "/hook"
	ui := start(t, "ui", "--addr", "127.0.0.1:0", "--secret", documentSecret, "--history", filepath.Join(t.TempDir(), "h.db"))
	t.Cleanup(func() { ui.stop() })
	env := append(os.Environ(), "ARTIHOOK_UI="+ui.url(t), "HOOK_URL="+hook)
	ran := map[string]bool{}
	for _, b := range readBlocks(t, file) {
		ran[b.kind] = true
		t.Run(strings.ReplaceAll(b.kind, " ", "-"), func(t *testing.T) {
			folder := t.TempDir()
			run := func(name string, args ...string) {
				t.Helper()
				command := exec.CommandContext(limited(t), needs(t, name), args...)
				command.Dir, command.Env = folder, env
				if output, err := command.CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, output)
				}
			}
			write := func(name, text string) {
				t.Helper()
				if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			switch b.kind {
			case "js node":
				write("lead.test.mjs", b.text)
				run("node", "--test", "lead.test.mjs")
			case "py python":
				write("test_lead.py", b.text)
				write("all.py", "import test_lead\nfor name, test in list(vars(test_lead).items()):\n    if name.startswith('test_'):\n        test()\n")
				run("python3", "all.py")
			case "go client":
				write("lead_test.go", b.text)
				write("go.mod", "module lead_test\n")
				run("go", "test", "-count=1", ".")
			case "yaml compose":
				checkCompose(t, b.text)
			case "sh outside":
			default:
				t.Errorf("nothing runs a block of the kind %q:\n%s", b.kind, b.text)
			}
		})
	}
	for _, kind := range []string{"js node", "py python", "go client", "yaml compose"} {
		if !ran[kind] {
			t.Errorf("%s has no block of the kind %q", file, kind)
		}
	}
}

// checkCompose checks that artihook knows the flags of a compose file.
func checkCompose(t *testing.T, text string) {
	t.Helper()
	var compose struct {
		Services map[string]struct {
			Command     string
			Healthcheck struct{ Test []string }
		}
	}
	readYAML(t, text, &compose)
	service := compose.Services["artihook"]
	words := append(strings.Fields(service.Command), service.Healthcheck.Test...)
	flags := newUICmd(newApp(testSystem(nil, nil))).Flags()
	n := 0
	for _, word := range words {
		if name, ok := strings.CutPrefix(word, "--"); ok {
			if n++; flags.Lookup(name) == nil {
				t.Errorf("ui has no flag %s", word)
			}
		}
	}
	if n < 3 {
		t.Errorf("found %d flags in %q", n, words)
	}
}
