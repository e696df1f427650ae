package cmd

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"artihook/cmd/console"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
)

// recordAt records a delivery with the status in the history.
func recordAt(t *testing.T, path string, at time.Time, url string, status int, body string) {
	t.Helper()
	store, err := history.Open(t.Context(), path, history.Options{})
	must(t, err)
	d := &history.Delivery{
		Time: at, URL: url, SignURL: url, Scheme: "url", Edition: "2019", Event: "lead:created", Lead: "a-lead-" + at.Format("02"), Version: 1, Attempt: 1,
		Request: exchange.Request{Method: http.MethodPost, Target: "/", Host: "receiver.example", Body: []byte(body)},
	}
	must(t, store.Plan(t.Context(), []*history.Delivery{d}))
	must(t, d.SetResponse(fmt.Appendf(nil, "HTTP/1.1 %d %s\r\n\r\n", status, http.StatusText(status)), false))
	must(t, store.Finish(t.Context(), d))
	must(t, store.Close())
}

// TestReplayYesterdaysFailures sends exactly the failed deliveries of yesterday with one command.
func TestReplayYesterdaysFailures(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	path := filepath.Join(t.TempDir(), "history.db")
	midnight := time.Date(2026, 11, 27, 0, 0, 0, 0, time.Local)
	for _, d := range []struct {
		at     time.Time
		status int
	}{
		{midnight.Add(-time.Second), 500},
		{midnight, 500},
		{midnight.Add(time.Hour), 204},
		{midnight.AddDate(0, 0, 1).Add(-time.Second), 503},
		{midnight.AddDate(0, 0, 1), 500},
	} {
		recordAt(t, path, d.at, server.URL+"/", d.status, "{}")
	}
	var stdout, stderr bytes.Buffer
	system := testSystem(&stdout, &stderr, "history", "resend", "--status", "failed", "--since", "yesterday", "--until", "today", "--history", path)
	system.Now = func() time.Time { return midnight.AddDate(0, 0, 1).Add(9 * time.Hour) }
	if code := Run(limited(t), system); code != console.ExitOK || arrived.Load() != 2 {
		t.Errorf("exit code %d, %d arrived\n%s%s", code, arrived.Load(), &stdout, &stderr)
	}
	if out := stdout.String(); !strings.Contains(out, "resend of #2\n") || !strings.Contains(out, "resend of #4\n") {
		t.Errorf("resent: %s", out)
	}
	if !strings.Contains(stderr.String(), "2 deliveries sent again: 2 accepted, 0 failed") {
		t.Errorf("summary: %s", &stderr)
	}
	stdout.Reset()
	system.Args = []string{"history", "--history", path, "--limit", "4"}
	if Run(limited(t), system); !strings.HasPrefix(stdout.String(), "09:00:00 ") || !strings.Contains(stdout.String(), "\n00:00:00 [500]") ||
		!strings.Contains(stdout.String(), "\n2026-11-27 23:59:59 [503]") {
		t.Errorf("listed: %s", &stdout)
	}
}

// TestHistoryFollow holds that --follow prints what another process records, with its outcome, and that Ctrl-C is its normal end.
func TestHistoryFollow(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "history.db")
	recordAt(t, path, time.Now(), "http://receiver.example/", 500, "{}")
	recordAt(t, path, time.Now(), "http://receiver.example/", 204, "{}")
	ctx, interrupt := context.WithCancel(limited(t))
	reader, writer := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- Run(ctx, testSystem(writer, io.Discard, "history", "list", "--follow", "--status", "failed,204", "--history", path))
		writer.Close()
	}()
	lines := bufio.NewScanner(reader)
	next := func(want string) {
		t.Helper()
		if !lines.Scan() || !strings.Contains(lines.Text(), want) {
			t.Fatalf("printed %q, want %q", lines.Text(), want)
		}
	}
	next("[500] lead:created v1 http://receiver.example/ (0s) #1")
	next("#2")
	recordAt(t, path, time.Now(), "http://receiver.example/", 200, "{}")
	recordAt(t, path, time.Now(), "http://receiver.example/", 404, "{}")
	next("[404] lead:created v1 http://receiver.example/ (0s) #4")
	interrupt()
	if lines.Scan() {
		t.Errorf("printed %q after Ctrl-C", lines.Text())
	}
	if got := <-code; got != console.ExitOK {
		t.Errorf("exit code %d", got)
	}
	if got, _, stderr := runCommand(limited(t), "history", "list", "--follow", "--before", "2", "--history", path); got != console.ExitUsage {
		t.Errorf("--before: exit code %d: %s", got, stderr)
	}
}

// TestHistoryShowIndentsOnATerminal holds that only a terminal gets indented JSON, without escape sequences of a body.
func TestHistoryShowIndentsOnATerminal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "history.db")
	const body = `{"lead":{"n":1.0,"s":"\u001b[2J<é>"}}`
	recordAt(t, path, time.Now(), "http://receiver.example/", 204, body)
	recordAt(t, path, time.Now(), "http://receiver.example/", 204, "\x1b[2J")
	for _, tt := range []struct {
		terminal bool
		args     string
		want     string
	}{
		{true, "show 1", "\n> {\n>   \"lead\": {\n>     \"n\": 1.0,\n>     \"s\": \"\\u001b[2J<é>\"\n>   }\n> }\n"},
		{true, "show 1 --raw", "\n> " + body + "\n"},
		{false, "show 1", "\n> " + body + "\n"},
		{true, "show 1 --body request", "{\n  \"lead\": {"},
		{true, "show 1 --body request --raw", body},
		{false, "show 1 --body request", body},
		{true, "show 2 --body request", `\x1b[2J` + "\n"},
		{false, "show 2 --body request", "\x1b[2J"},
	} {
		var stdout, stderr bytes.Buffer
		system := testSystem(&stdout, &stderr, append([]string{"history", "--history", path, "--color", "never"}, strings.Fields(tt.args)...)...)
		system.StdoutTerminal = tt.terminal
		if code := Run(limited(t), system); code != console.ExitOK || !strings.Contains(stdout.String(), tt.want) {
			t.Errorf("terminal %v, %s: exit code %d\ngot  %q\nwant %q\n%s", tt.terminal, tt.args, code, &stdout, tt.want, &stderr)
		}
	}
}
