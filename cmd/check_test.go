package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"artihook/cmd/console"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/scenarios/check"
)

// TestInterruptedCheckReportsItsCases interrupts an examination in one of its first cases.
func TestInterruptedCheckReportsItsCases(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	handler := receiver.New(receiver.Options{Secret: signature.NewSecret("s3cret")})
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) == 5 {
			_, _ = io.Copy(io.Discard, r.Body) // the server detects a closed connection only after the body
			interrupt()
			<-r.Context().Done()
			return
		}
		handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "report.json")
	var stdout, stderr bytes.Buffer
	system := testSystem(&stdout, &stderr, "check", server.URL, "--secret", "s3cret", "--no-history", "--report-json", file)
	system.StderrTerminal = true
	code := Run(ctx, system)
	if code != console.ExitInterrupted || !strings.HasSuffix(stderr.String(), "check: interrupted\n") {
		t.Errorf("exit code %d, stderr %q", code, &stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Interrupted bool
		Totals      struct{ Cases int }
	}
	if err := json.Unmarshal(text, &report); err != nil || !report.Interrupted || report.Totals.Cases < 1 || report.Totals.Cases > 5 {
		t.Errorf("got %+v %v", report, err)
	}
	if want := fmt.Sprintf("nothing failed in the %d of %d cases that ran", report.Totals.Cases, len(check.Cases())); !strings.Contains(stdout.String(), want) {
		t.Errorf("got %s, want %s", &stdout, want)
	}
	if !strings.Contains(stderr.String(), "cases") || !strings.Contains(stderr.String(), fmt.Sprintf("%d/", report.Totals.Cases)) {
		t.Errorf("no progress on the terminal: %q", &stderr)
	}
}

// TestHintsAreBounded checks that a sender with other headers in each request fills neither the screen nor the memory.
func TestHintsAreBounded(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a := newApp(testSystem(io.Discard, &stderr))
	printer := arrivalPrinter{a, &receiver.Options{}, map[string]bool{}}
	for i := range 1000 {
		arrival := receiver.Arrival{
			Status: http.StatusUnauthorized, Method: "POST", URL: "http://localhost/", Body: []byte("{}"),
			Header: http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {strconv.Itoa(i)}},
		}
		if err := printer.print(t.Context(), &arrival); err != nil {
			t.Fatal(err)
		}
	}
	if lines := strings.Count(stderr.String(), "\n"); len(printer.shown) != maxHints || lines > maxHints {
		t.Errorf("%d hints are remembered, %d were printed", len(printer.shown), lines)
	}
}
