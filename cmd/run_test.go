package cmd

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"artihook/cmd/console"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// TestRunInterrupted interrupts a scenario while it waits. The output and the reports must have the steps that ran.
func TestRunInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret(scriptSecret), Seen: func(a receiver.Arrival) {
		if a.Summary.Version == 2 {
			interrupt()
		}
	}}))
	defer server.Close()
	dir := t.TempDir()
	file, results := filepath.Join(dir, "slow.yaml"), filepath.Join(dir, "results.xml")
	if err := os.WriteFile(file, []byte("name: slow\nsteps: [{start: {}}, {answer: 1}, {wait: 1h}, {complete: }]"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := runCommand(ctx, "run", file, "--url", server.URL, "--secret", scriptSecret, "--no-history", "--report-junit", results)
	if code != console.ExitInterrupted {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"✓ start", "- wait 1h0m0s  skipped: interrupted", "(4 steps in 1 scenario, ", ", interrupted\n"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	if !strings.HasSuffix(stderr, "run: interrupted\n") {
		t.Errorf("stderr is %q", stderr)
	}
	if text, err := os.ReadFile(results); err != nil || !bytes.Contains(text, []byte(`testcase classname="slow" name="start"`)) {
		t.Errorf("the report is %s, %v", text, err)
	}
}
