package cmd

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"artihook/cmd/console"
)

func getPage(t *testing.T, address string) (int, string) {
	t.Helper()
	response, err := testClient.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// uiConfig is an artihook.yaml with a webhook that works and one whose secret is not there.
func uiConfig(t *testing.T, hook string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "artihook.yaml")
	text := "webhooks:\n  - {name: crm, url: " + hook + ", secret: s3cret}\n  - {name: lost, url: " + hook + ", secret: \"${NOT_SET}\"}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestUIShowsAndSends(t *testing.T) {
	t.Parallel()
	hook := "http://" + startReceiverOf(t, "") + "/hook"
	store := filepath.Join(t.TempDir(), "history.db")
	ui := start(t, "ui", "--addr", ":0", "--history", store, "--secret", "s3cret", "--config", uiConfig(t, hook))
	address := ui.url(t)
	if !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Errorf("it is on %s", address)
	}
	if status, body := getPage(t, address+"/"); status != http.StatusOK || !strings.Contains(body, "Nothing has been sent yet") {
		t.Errorf("an empty history: %d", status)
	}
	response, err := testClient.PostForm(address+"/send", url.Values{"to": {"crm"}, "action": {"created"}}) // and follows to what came of it
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || !strings.Contains(string(body), "No Content: accepted") || strings.Contains(string(body), "s3cret") {
		t.Errorf("after sending: %s, %v, %s", response.Status, err, body)
	}
	live, err := testClient.Get(address + "/events?after=0")
	if err != nil {
		t.Fatal(err)
	}
	defer live.Body.Close()
	events := bufio.NewReader(live.Body)
	for line := ""; !strings.HasPrefix(line, `data: [{"id":1,`); {
		if line, err = events.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if code := ui.stop(); code != console.ExitOK { // although somebody listens
		t.Errorf("exit code %d", code)
	}
}

func TestUIOpensTheBrowser(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		open func(chan<- string) func(string) error
		says string
	}{
		{"there is one", func(opened chan<- string) func(string) error {
			return func(url string) error { opened <- url; return nil }
		}, ""},
		{"it fails", func(opened chan<- string) func(string) error {
			return func(url string) error { opened <- url; return errors.New("no screen") }
		}, "no browser could be opened (no screen)"},
		{"there is none", func(opened chan<- string) func(string) error { opened <- ""; return nil }, "no browser could be opened"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			opened := make(chan string, 1)
			reader, writer := io.Pipe()
			ctx, cancel := context.WithCancel(t.Context())
			overdue := time.AfterFunc(waitLimit, func() {
				writer.CloseWithError(errWaitLimit)
				opened <- errWaitLimit.Error()
			})
			defer overdue.Stop()
			code := make(chan int, 1)
			world := &console.System{
				Args:  []string{"ui", "--open", "--addr", ":0", "--history", filepath.Join(t.TempDir(), "h.db")},
				Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: writer, Now: time.Now,
				Env: func(string) (string, bool) { return "", false }, Open: tt.open(opened),
			}
			go func() {
				code <- Run(ctx, world)
				writer.Close()
			}()
			lines := bufio.NewReader(reader)
			first, err := lines.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if url := <-opened; !strings.Contains(first, " is on "+url) {
				t.Errorf("it opened %q and said %q, %v", url, first, err)
			}
			if tt.says != "" {
				if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, tt.says) {
					t.Errorf("it says %q, %v", line, err)
				}
			}
			cancel()
			go io.Copy(io.Discard, reader)
			if got := awaitExit(t, code); got != console.ExitOK {
				t.Errorf("exit code %d", got)
			}
		})
	}
}

func TestUIWarns(t *testing.T) {
	t.Parallel()
	ui := start(t, "ui", "--addr", "0.0.0.0:0", "--history", filepath.Join(t.TempDir(), "h.db"), "--config", uiConfig(t, "http://localhost/"))
	var said []string
	for range 3 {
		line, err := ui.stderr.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, line)
	}
	for i, want := range []string{`without the webhook "lost"`, " is on http://127.0.0.1:", "warning: any machine that reaches"} {
		if !strings.Contains(said[i], want) {
			t.Errorf("it says %q, want %q", said[i], want)
		}
	}
	if code := ui.stop(); code != console.ExitOK {
		t.Errorf("exit code %d", code)
	}
}

func TestUIRefusesWhatItCannotUse(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	folder := t.TempDir()
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--addr", busy.Addr().String()}, console.ExitTool, "give another --addr"},
		{[]string{"--addr", "nonsense"}, console.ExitUsage, "want host:port"},
		{[]string{"--bot", "nobody"}, console.ExitUsage, "no ready bot"},
		{[]string{"--webhook", "nobody"}, console.ExitUsage, "unknown webhook"},
		{[]string{"more"}, console.ExitUsage, "unknown command"},
		{[]string{"--addr", "127.0.0.1:0", "--history", folder}, console.ExitTool, "not a regular file"},
	} {
		ui := start(t, append([]string{"ui", "--history", filepath.Join(folder, "h.db")}, tt.args...)...)
		line, err := ui.stderr.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, "ui: ") || !strings.Contains(line, tt.says) {
			t.Errorf("%v: got %q, %v", tt.args, line, err)
		}
		if code := ui.stop(); code != tt.code {
			t.Errorf("%v: exit code %d", tt.args, code)
		}
	}
}
