//go:build unix

package cmd

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"artihook/cmd/console"
	"artihook/cmd/settings"
)

// stranger is the ID of a user who is neither root nor the user of the tests.
const stranger = 65534

// giveAway makes the stranger the owner of the file. It skips the test if the user is not root.
func giveAway(t *testing.T, file string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	if err := os.Lchown(file, stranger, stranger); err != nil {
		t.Fatal(err)
	}
}

// TestConfigOfAnotherUser uses a configuration file, and a link to one, that belongs to another user.
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
			file := filepath.Join(command.Dir, settings.ConfigName)
			if err := prepare(t, file); err != nil {
				t.Fatal(err)
			}
			err := command.Run()
			want := "history path: artihook.yaml: it belongs to another user (uid 65534); read it, and if you trust it, use --config artihook.yaml or ARTIHOOK_CONFIG\n"
			if command.ProcessState.ExitCode() != console.ExitUsage || stderr.String() != want {
				t.Errorf("%v, stderr %q, want exit code %d and %q", err, stderr, console.ExitUsage, want)
			}
			named, stderr := program(t, "history", "path", "--config", file)
			if out, err := named.Output(); err != nil || !strings.HasSuffix(string(out), "mine.db\n") {
				t.Errorf("named: %v, stdout %q, stderr %q", err, out, stderr)
			}
		})
	}
}

// TestHistoryOfAnotherUser uses a configuration file that names the history of another user.
func TestHistoryOfAnotherUser(t *testing.T) {
	t.Parallel()
	file := usedHistory(t)
	giveAway(t, file)
	command, stderr := program(t, "history")
	if err := os.WriteFile(filepath.Join(command.Dir, settings.ConfigName), []byte("defaults: {history: '"+file+"'}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_ = command.Run() // the exit code is checked below
	want := "the history \"" + file + "\": it belongs to another user (uid 65534); if you trust it, use --history " + file
	if command.ProcessState.ExitCode() != console.ExitUsage || !strings.Contains(stderr.String(), want) {
		t.Errorf("exit code %d, stderr %q; want %d and %q", command.ProcessState.ExitCode(), stderr, console.ExitUsage, want)
	}
	if named, stderr := program(t, "history", "--history", file); named.Run() != nil {
		t.Errorf("a history that the user names is rejected: %s", stderr)
	}
}

// asOther returns a command line of the program for a process without root's rights. If the tests run as root, it runs as the
// stranger.
func asOther(t *testing.T, args ...string) (command *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	command, stderr = program(t, args...)
	if os.Geteuid() != 0 {
		return command, stderr
	}
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} { // other users cannot read the parent
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.ReadFile(command.Path)
	if err != nil {
		t.Fatal(err)
	}
	command.Path, command.Dir = filepath.Join(dir, "artihook"), "/"
	syscall.ForkLock.RLock() // a process that starts now would inherit the open file, which then could not be executed
	err = os.WriteFile(command.Path, self, 0o755)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: stranger, Gid: stranger}}
	return command, stderr
}

// readOnly makes the directory readable for all users and writable for none.
func readOnly(t *testing.T, dir string) {
	t.Helper()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) }) // so that it can be removed
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
}

// TestReadOnlyHistory reads a history whose file and directory are read-only. It has no write-ahead log.
func TestReadOnlyHistory(t *testing.T) {
	t.Parallel()
	file := usedHistory(t)
	if err := os.Chmod(file, 0o444); err != nil {
		t.Fatal(err)
	}
	readOnly(t, filepath.Dir(file))
	for _, args := range [][]string{{"history"}, {"history", "show", "last"}, {"history", "export"}, {"history", "stats"}} {
		command, stderr := asOther(t, append(args, "--history", file)...)
		if out, err := command.Output(); err != nil || len(out) < 100 {
			t.Errorf("%s: %v, %d bytes on stdout, stderr %q", args, err, len(out), stderr)
		}
	}
	command, stderr := asOther(t, "history", "prune", "--keep", "1", "--history", file)
	if err := command.Run(); command.ProcessState.ExitCode() != console.ExitTool || !strings.Contains(stderr.String(), "is read-only") && !strings.Contains(stderr.String(), "check the permissions") {
		t.Errorf("prune: %v, stderr %q", err, stderr)
	}
}

// TestNoWritableHome runs commands with a read-only home directory, as in a container.
func TestNoWritableHome(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	readOnly(t, home)
	receiver := startCounter(t)
	for _, args := range [][]string{{"demo"}, {"send", receiver.URL}, {"run", "abandoned", "--url", receiver.URL}} {
		command, stderr := asOther(t, args...)
		command.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
		err := command.Run()
		if command.ProcessState.ExitCode() != console.ExitTool || !strings.Contains(stderr.String(), "permission denied") ||
			!strings.Contains(stderr.String(), "--history FILE") || !strings.Contains(stderr.String(), "--no-history") {
			t.Errorf("%s: %v, stderr %q, want exit code %d and the flags that help", args, err, stderr, console.ExitTool)
		}
	}
	if command, stderr := asOther(t, "demo", "--no-history"); command.Run() != nil {
		t.Errorf("demo --no-history: %s", stderr)
	}
}
