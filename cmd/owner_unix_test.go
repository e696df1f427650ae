//go:build unix

package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stranger is the number of a user who is neither root nor the one that runs the tests.
const stranger = 65534

// giveAway makes the stranger the owner of the file. Only root can do that.
func giveAway(t *testing.T, file string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	if err := os.Lchown(file, stranger, stranger); err != nil {
		t.Fatal(err)
	}
}

// TestConfigOfAnotherUser finds a file, and a link to a file, that belongs to another user.
func TestConfigOfAnotherUser(t *testing.T) {
	t.Parallel()
	const text = "defaults: {history: mine.db}\n"
	for name, prepare := range map[string]func(t *testing.T, file string) error{
		"file": func(t *testing.T, file string) error {
			defer giveAway(t, file)
			return os.WriteFile(file, []byte(text), 0o644)
		},
		"link": func(t *testing.T, file string) error {
			own := file + ".own"
			if err := os.WriteFile(own, []byte(text), 0o644); err != nil {
				return err
			}
			defer giveAway(t, file)
			return os.Symlink(own, file)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command, stderr := program(t, "history", "path")
			file := filepath.Join(command.Dir, configName)
			if err := prepare(t, file); err != nil {
				t.Fatal(err)
			}
			err := command.Run()
			want := "history path: artihook.yaml: it belongs to another user (uid 65534); read it, and if you trust it, use --config artihook.yaml or ARTIHOOK_CONFIG\n"
			if command.ProcessState.ExitCode() != exitUsage || stderr.String() != want {
				t.Errorf("%v, stderr %q, want exit code %d and %q", err, stderr, exitUsage, want)
			}
			named, stderr := program(t, "history", "path", "--config", file)
			if out, err := named.Output(); err != nil || !strings.HasSuffix(string(out), "mine.db\n") {
				t.Errorf("named: %v, stdout %q, stderr %q", err, out, stderr)
			}
		})
	}
}

// TestHistoryOfAnotherUser finds a file of the user's own that names the history of another user.
func TestHistoryOfAnotherUser(t *testing.T) {
	t.Parallel()
	file := usedHistory(t)
	giveAway(t, file)
	command, stderr := program(t, "history")
	if err := os.WriteFile(filepath.Join(command.Dir, configName), []byte("defaults: {history: '"+file+"'}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_ = command.Run() // its exit code tells
	want := "the history \"" + file + "\": it belongs to another user (uid 65534); if you trust it, use --history " + file
	if command.ProcessState.ExitCode() != exitUsage || !strings.Contains(stderr.String(), want) {
		t.Errorf("exit code %d, stderr %q; want %d and %q", command.ProcessState.ExitCode(), stderr, exitUsage, want)
	}
	if named, stderr := program(t, "history", "--history", file); named.Run() != nil {
		t.Errorf("a history that the user names is refused: %s", stderr)
	}
}
