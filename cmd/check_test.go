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

// TestInterruptedCheckReportsItsCases interrupts an examination in its third case.
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
	if !strings.Contains(stdout.String(), "signature        1       0       0") || !strings.Contains(stdout.String(), fmt.Sprintf("nothing failed in the 2 of %d cases that ran", len(check.Cases()))) {
		t.Errorf("got %s", &stdout)
	}
	if !strings.Contains(stderr.String(), "cases") || !strings.Contains(stderr.String(), "2/") {
		t.Errorf("no progress on the terminal: %q", &stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Interrupted bool
		Totals      struct{ Cases int }
	}
	if err := json.Unmarshal(text, &report); err != nil || !report.Interrupted || report.Totals.Cases != 2 {
		t.Errorf("got %+v %v", report, err)
	}
}

func TestNearAddresses(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"http://localhost:3000": true, "http://app.localhost": true, "http://127.0.0.1": true, "http://[::1]:80": true,
		"http://10.1.2.3": true, "http://192.168.0.5": true, "http://172.16.0.1": true, "http://[fd00::1]": true,
		"http://8.8.8.8": false, "http://203.0.113.7": false, "http://[2001:db8::1]": false, "http://172.32.0.1": false,
	} {
		parsed, err := signature.ParseURL(url)
		if err != nil {
			t.Fatal(err)
		}
		if got := isNear(t.Context(), parsed); got != want {
			t.Errorf("%s: got %v", url, got)
		}
	}
}

// TestUnresolvedHostIsNotNear checks that a host needs --yes if its lookup fails: a later lookup may find it.
func TestUnresolvedHostIsNotNear(t *testing.T) {
	t.Parallel()
	url, err := signature.ParseURL("http://crm.example/hook")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if isNear(ctx, url) {
		t.Error("the host counts as near")
	}
}

// TestHintsAreBounded checks that a sender with other headers in each request fills neither the screen nor the memory.
func TestHintsAreBounded(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a := newApp(testSystem(io.Discard, &stderr))
	shownHints := map[string]bool{}
	for i := range 1000 {
		arrival := receiver.Arrival{
			Status: http.StatusUnauthorized, Method: "POST", URL: "http://localhost/", Body: []byte("{}"),
			Header: http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {strconv.Itoa(i)}},
		}
		if err := printArrival(a, &receiver.Options{}, &arrival, shownHints); err != nil {
			t.Fatal(err)
		}
	}
	if lines := strings.Count(stderr.String(), "\n"); len(shownHints) != maxHints || lines != maxHints {
		t.Errorf("%d hints are remembered, %d were printed", len(shownHints), lines)
	}
}
