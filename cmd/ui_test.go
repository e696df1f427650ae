package cmd

import (
	"bufio"
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
	"artihook/emitter/receiver"
)

// getPage returns the status and the body of a page.
func getPage(t *testing.T, address string) (status int, body string) {
	t.Helper()
	response, err := testClient.Get(address)
	return readPage(t, response, err)
}

// postPage posts a form, follows the redirect, and returns the status and the body of the page.
func postPage(t *testing.T, address string, form url.Values) (status int, body string) {
	t.Helper()
	response, err := testClient.PostForm(address, form)
	return readPage(t, response, err)
}

// readPage reads the response of a request. It reports errors with t.Errorf and returns status 0 then, because a goroutine of a
// test must not end it.
func readPage(t *testing.T, response *http.Response, err error) (status int, body string) {
	t.Helper()
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	return response.StatusCode, string(text)
}

// uiConfig returns the path of an artihook.yaml with a valid webhook and one whose secret is not set.
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
	hook := "http://" + serveReceiver(t, receiver.Options{}) + "/hook"
	store := filepath.Join(t.TempDir(), "history.db")
	ui := start(t, "ui", "--addr", ":0", "--history", store, "--secret", "s3cret", "--config", uiConfig(t, hook))
	address := ui.url(t)
	if !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Errorf("the address is %s", address)
	}
	if status, body := getPage(t, address+"/"); status != http.StatusOK || !strings.Contains(body, "Nothing has been sent yet") {
		t.Errorf("an empty history: %d", status)
	}
	status, body := postPage(t, address+"/send", url.Values{"to": {"crm"}, "action": {"created"}})
	if status != http.StatusOK || !strings.Contains(body, "No Content: accepted") || strings.Contains(body, "s3cret") {
		t.Errorf("after sending: %d, %s", status, body)
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
	if code := ui.stop(); code != console.ExitOK { // although the live list is open
		t.Errorf("exit code %d", code)
	}
}

// TestUIMetadataAddresses checks --allow-metadata with a request that is not sent.
func TestUIMetadataAddresses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		flags []string
		want  int
	}{{nil, http.StatusBadRequest}, {[]string{"--allow-metadata"}, http.StatusOK}} {
		ui := start(t, append([]string{"ui", "--addr", ":0", "--history", filepath.Join(t.TempDir(), "h.db")}, tt.flags...)...)
		response, err := testClient.Post(ui.url(t)+"/api/send", "application/json", strings.NewReader(`{"url":"http://169.254.169.254/hook","dry_run":true}`))
		if status, body := readPage(t, response, err); status != tt.want {
			t.Errorf("%s: %d %s", tt.flags, status, body)
		}
		if code := ui.stop(); code != console.ExitOK {
			t.Errorf("exit code %d", code)
		}
	}
}

func TestUIOpensTheBrowser(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		open func(chan<- string) func(string) error
		note string
	}{
		{"a browser", func(opened chan<- string) func(string) error {
			return func(url string) error { opened <- url; return nil }
		}, ""},
		{"a browser that fails", func(opened chan<- string) func(string) error {
			return func(url string) error { opened <- url; return errors.New("no screen") }
		}, "no browser could be opened (no screen)"},
		{"no browser", func(opened chan<- string) func(string) error { opened <- ""; return nil }, "no browser could be opened"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			opened := make(chan string, 1)
			overdue := time.AfterFunc(waitLimit, func() { opened <- errWaitLimit.Error() })
			defer overdue.Stop()
			system := testSystem(nil, nil, "ui", "--open", "--addr", ":0", "--history", filepath.Join(t.TempDir(), "h.db"))
			system.Open = tt.open(opened)
			ui := startIn(t, system)
			first, err := ui.stderr.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if url := <-opened; !strings.Contains(first, " is on "+url) {
				t.Errorf("opened %q, noted %q", url, first)
			}
			if tt.note != "" {
				if line, err := ui.stderr.ReadString('\n'); err != nil || !strings.Contains(line, tt.note) {
					t.Errorf("got the note %q, %v", line, err)
				}
			}
			if code := ui.stop(); code != console.ExitOK {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func TestUIWarns(t *testing.T) {
	t.Parallel()
	ui := start(t, "ui", "--addr", "0.0.0.0:0", "--token", "open-sesame", "--history", filepath.Join(t.TempDir(), "h.db"), "--config", uiConfig(t, "http://localhost/"))
	var notes []string
	for range 3 {
		line, err := ui.stderr.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		notes = append(notes, line)
	}
	for i, want := range []string{`without the webhook "lost"`, " is on http://127.0.0.1:", "warning: any machine that reaches"} {
		if !strings.Contains(notes[i], want) {
			t.Errorf("got the note %q, want %q", notes[i], want)
		}
	}
	if code := ui.stop(); code != console.ExitOK {
		t.Errorf("exit code %d", code)
	}
}

func TestUIWrongUsage(t *testing.T) {
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
		want string
	}{
		{[]string{"--addr", busy.Addr().String()}, console.ExitTool, "give another --addr"},
		{[]string{"--addr", "nonsense"}, console.ExitUsage, "want host:port"},
		{[]string{"--bot", "unknown"}, console.ExitUsage, "no ready bot"},
		{[]string{"--addr", "0.0.0.0:0"}, console.ExitUsage, "the token is missing"},
		{[]string{"--webhook", "unknown"}, console.ExitUsage, "unknown webhook"},
		{[]string{"more"}, console.ExitUsage, "unknown command"},
		{[]string{"--addr", "127.0.0.1:0", "--history", folder}, console.ExitTool, "not a regular file"},
	} {
		ui := start(t, append([]string{"ui", "--history", filepath.Join(folder, "h.db")}, tt.args...)...)
		line, err := ui.stderr.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, "ui: ") || !strings.Contains(line, tt.want) {
			t.Errorf("%v: got %q, %v", tt.args, line, err)
		}
		if code := ui.stop(); code != tt.code {
			t.Errorf("%v: exit code %d", tt.args, code)
		}
	}
}

// TestUIForOtherMachines checks the options of a container: the token, another host name, and the health check.
func TestUIForOtherMachines(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "h.db")
	ui := start(t, "ui", "--addr", "0.0.0.0:0", "--token", "open-sesame", "--allow-host", "artihook", "--history", file, "--config", uiConfig(t, "http://localhost/"))
	if _, err := ui.stderr.ReadString('\n'); err != nil { // about the webhook
		t.Fatal(err)
	}
	address := ui.url(t)
	for host, want := range map[string]int{"artihook:9999": http.StatusOK, "artihook": http.StatusOK, "evil.example": http.StatusMisdirectedRequest} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/api/deliveries", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		request.Header.Set("Authorization", "Bearer open-sesame")
		response, err := testClient.Do(request)
		if status, _ := readPage(t, response, err); status != want {
			t.Errorf("%s: %d, want %d", host, status, want)
		}
	}
	if status, body := getPage(t, address+"/"); status != http.StatusUnauthorized || strings.Contains(body, file) {
		t.Errorf("without the token: %d", status)
	}
	ping := func() int {
		other := start(t, "ui", "--ping", "--addr", strings.TrimPrefix(address, "http://"))
		_, _ = io.Copy(io.Discard, other.stderr)
		return other.stop()
	}
	if code := ping(); code != console.ExitOK {
		t.Errorf("--ping: exit code %d", code)
	}
	if code := ui.stop(); code != console.ExitOK {
		t.Errorf("exit code %d", code)
	}
	if code := ping(); code != console.ExitFailed {
		t.Errorf("--ping without a page: exit code %d", code)
	}
}
