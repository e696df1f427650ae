//go:build unix

package cmd

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"artihook/cmd/console"
	"artihook/emitter/text"
)

// startArtihook starts the program in a folder and returns its output and errors as lines.
func startArtihook(t *testing.T, folder string, args ...string) (command *exec.Cmd, lines <-chan string) {
	t.Helper()
	command = exec.CommandContext(limited(t), filepath.Join(programFolder(t), "artihook"), args...)
	command.Dir = folder
	command.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(folder, "state"), "ARTIHOOK_SECRET=x")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout, command.Stderr = write, write
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	all := make(chan string, 1000)
	go func() {
		defer close(all)
		for s := bufio.NewScanner(read); s.Scan(); {
			all <- s.Text()
		}
		_, _ = io.Copy(io.Discard, read)
	}()
	return command, all
}

// wantLine waits for a line with this text and returns the lines before it.
func wantLine(t *testing.T, lines <-chan string, text string) string {
	t.Helper()
	var before strings.Builder
	for line := range lines {
		if strings.Contains(line, text) {
			return before.String()
		}
		before.WriteString(line + "\n")
	}
	t.Fatalf("no line has %q:\n%s", text, before.String())
	return ""
}

// replaceFile replaces a file as editors do.
func replaceFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func interrupt(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
}

// TestWatch changes the files of a scenario and reads what run --watch prints.
func TestWatch(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(server.Close)
	folder := t.TempDir()
	begin, rows := filepath.Join(folder, "begin.yaml"), filepath.Join(folder, "rows.csv")
	replaceFile(t, begin, "name: begin\nsteps: [{start: {}}]\n")
	replaceFile(t, rows, "name\nAda\n")
	replaceFile(t, filepath.Join(folder, "main.yaml"), "name: main\ninclude: [begin.yaml]\ndata: rows.csv\nsteps: [{answer: 1}, {complete: }]\n")
	command, lines := startArtihook(t, folder, "run", "main.yaml", "--url", server.URL, "--watch", "--report-tap", "results.tap")
	wantLine(t, lines, "3 passed (3 steps in 1 scenario")
	wantLine(t, lines, "seed ")

	replaceFile(t, begin, "name: begin\nsteps: [{start: {}, expect: {status: 201}}]\n")
	wantLine(t, lines, "begin.yaml has changed: running again")
	if got := wantLine(t, lines, "1 failed (1 step in 1 scenario"); strings.Contains(got, "complete") || !strings.Contains(got, "✗ main [row 1: Ada] › start") {
		t.Errorf("%s", got)
	}
	replaceFile(t, begin, "name: begin\nsteps: [{strat: {}}]\n")
	wantLine(t, lines, `begin.yaml:2:10: unknown key "strat" in a step; did you mean "start"?`)
	replaceFile(t, begin, "name: begin\nsteps: [{start: {}}]\n")
	wantLine(t, lines, "1 passed (1 step in 1 scenario")
	replaceFile(t, rows, "name\nAda\nBob\n")
	if got := wantLine(t, lines, "3 passed (3 steps in 1 scenario"); strings.Contains(got, "Ada") || !strings.Contains(got, "main [row 2: Bob]") {
		t.Errorf("%s", got)
	}
	replaceFile(t, begin, "name: begin\nsteps: [{start: {}}]\n# the same\n")
	wantLine(t, lines, "nothing changed: 6 passed, 0 failed")
	interrupt(t, command)
	if err := command.Wait(); err == nil || command.ProcessState.ExitCode() != console.ExitInterrupted {
		t.Errorf("%v, exit code %d", err, command.ProcessState.ExitCode())
	}
}

// roundTripper is a transport for tests.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestWatchReceiver checks that a receiver that responds again, and only such a one, starts another run.
func TestWatchReceiver(t *testing.T) {
	t.Parallel()
	again := make(chan struct{}, 1)
	n := 0
	client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		n++
		if n < 3 && len(again) > 0 {
			t.Error("another run before the receiver was down")
		}
		if n == 2 {
			return nil, syscall.ECONNREFUSED
		}
		return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: r}, nil
	})}
	go watchReceiver(t.Context(), client, "http://localhost:3000", again)
	<-again
}

// TestTeardownOfInterruptedRun interrupts a run once, so that its teardown runs, and another one twice, so that it is skipped.
func TestTeardownOfInterruptedRun(t *testing.T) {
	t.Parallel()
	for name, twice := range map[string]bool{"once": false, "twice": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arrived := make(chan string, 10)
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				arrived <- r.URL.Path
				if twice && r.URL.Path == "/hook/first" {
					<-r.Context().Done()
				}
			}))
			t.Cleanup(server.Close)
			folder := t.TempDir()
			replaceFile(t, filepath.Join(folder, "main.yaml"), "name: main\nsteps: [{start: {}}, {wait: 1h}]\n"+
				"teardown: [{probe: {get: '${url}/first'}}, {probe: {get: '${url}/second'}}]\n")
			command, lines := startArtihook(t, folder, "run", "main.yaml", "--url", server.URL+"/hook")
			for _, want := range []string{"/hook", "/hook/first"} {
				if got := <-arrived; got != want {
					t.Fatalf("a request to %s, want %s", got, want)
				}
				if want == "/hook" || twice {
					interrupt(t, command)
				}
			}
			second := "teardown › probe ${url}/second"
			if twice {
				second += "  skipped: interrupted"
			}
			wantLine(t, lines, second)
			wantLine(t, lines, "run: interrupted")
			if err := command.Wait(); err == nil || command.ProcessState.ExitCode() != console.ExitInterrupted {
				t.Errorf("%v, exit code %d", err, command.ProcessState.ExitCode())
			}
			if twice && len(arrived) > 0 {
				t.Errorf("a request to %s", <-arrived)
			}
		})
	}
}

// TestSkippedTeardownEndsItsCommand checks that the process of a probe does not outlive an interrupted teardown.
func TestSkippedTeardownEndsItsCommand(t *testing.T) {
	t.Parallel()
	arrived := make(chan bool, 1)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- true }))
	t.Cleanup(server.Close)
	folder := t.TempDir()
	replaceFile(t, filepath.Join(folder, "main.yaml"), "name: main\nsteps: [{start: {}}, {wait: 1h}]\nteardown: [{probe: {run: 'echo $$ > pid.new; mv pid.new pid; sleep 1000'}}]\n")
	command, lines := startArtihook(t, folder, "run", "main.yaml", "--url", server.URL+"/hook")
	waitFor := func(ready func() bool) {
		for !ready() {
			if err := text.Wait(limited(t), time.Millisecond); err != nil {
				t.Fatal(err)
			}
		}
	}
	<-arrived
	interrupt(t, command)
	var pid int
	waitFor(func() bool {
		content, err := os.ReadFile(filepath.Join(folder, "pid"))
		if err == nil {
			pid, err = strconv.Atoi(strings.TrimSpace(string(content)))
		}
		return err == nil
	})
	interrupt(t, command)
	wantLine(t, lines, "run: interrupted")
	_ = command.Wait()
	waitFor(func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) })
}
