package cmd

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"artihook/cmd/console"
	"artihook/emitter/signature"

	"github.com/google/go-cmp/cmp"
)

// running is a command that runs inside the test until it is stopped. After waitLimit its output ends with an error.
type running struct {
	stdout, stderr *bufio.Reader
	stop           func() int // interrupts the command and returns its exit code
}

// errWaitLimit is the error of a read of a running command's output after waitLimit.
var errWaitLimit = fmt.Errorf("no output within %v", waitLimit)

// start runs a command line with pipes for its output.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	return startIn(t, testSystem(nil, nil, args...))
}

// startIn runs the command line of a system with pipes for its output.
func startIn(t *testing.T, system *console.System) *running {
	t.Helper()
	outReader, outWriter := io.Pipe()
	errReader, errWriter := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	overdue := time.AfterFunc(waitLimit, func() {
		outWriter.CloseWithError(errWaitLimit)
		errWriter.CloseWithError(errWaitLimit)
		cancel()
	})
	t.Cleanup(func() { overdue.Stop() })
	system.Stdout, system.Stderr = outWriter, errWriter
	code := make(chan int, 1)
	go func() {
		code <- Run(ctx, system)
		outWriter.Close()
		errWriter.Close()
	}()
	r := &running{stdout: bufio.NewReader(outReader), stderr: bufio.NewReader(errReader)}
	r.stop = func() int {
		cancel()
		go io.Copy(io.Discard, outReader)
		go io.Copy(io.Discard, errReader)
		return awaitExit(t, code)
	}
	return r
}

// awaitExit waits for the exit code of a command that was interrupted.
func awaitExit(t *testing.T, code <-chan int) int {
	t.Helper()
	select {
	case got := <-code:
		return got
	case <-time.After(waitLimit):
		t.Fatalf("the command did not end within %v of its interrupt", waitLimit)
		return 0
	}
}

// url reads the address from the command's first line.
func (r *running) url(t *testing.T) string {
	t.Helper()
	line, err := r.stderr.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url := regexp.MustCompile(`https?://\S+\d`).FindString(line)
	if url == "" {
		t.Fatalf("no address in %q", line)
	}
	go io.Copy(io.Discard, r.stderr) // a full pipe would block the command
	return url
}

// lines returns a channel of the command's lines on stdout, without the indented ones. It is closed when stdout ends.
func (r *running) lines() <-chan string {
	lines := make(chan string, 100)
	go func() {
		for {
			line, err := r.stdout.ReadString('\n')
			if err != nil {
				close(lines)
				return
			}
			if !strings.HasPrefix(line, " ") {
				lines <- line
			}
		}
	}()
	return lines
}

func post(t *testing.T, url, body, header string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(signature.Header, header)
	response, err := testClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func signFor(url, body string) string {
	return signature.Sign(signature.NewSecret("s3cret"), signature.SchemeURL, signature.Message{Method: "POST", URL: url, Body: []byte(body)})
}

const eventBody = `{"resource":"lead","action":"updated","resource_id":"c19377db","resource_version":2}`

func TestListenPrintsRequests(t *testing.T) {
	t.Parallel()
	listen := start(t, "listen", "--addr", ":0", "--secret", "s3cret", "--color", "never")
	url := listen.url(t)
	if !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Errorf("listen uses the address %s", url)
	}
	tests := []struct {
		signed string
		status int
		line   string
	}{
		{url + "/hook", 204, `^\d\d:\d\d:\d\d \[204\] lead:updated v2 lead c19377db verified\n$`},
		{strings.Replace(url, "http:", "https:", 1) + "/hook", 401, `\[401\] .* rejected: the signature fits https://127.0.0.1:\d+/hook: the receiver saw http \(a TLS proxy in front\?\)\n$`},
	}
	lines := listen.lines()
	for _, tt := range tests {
		if status := post(t, url+"/hook", eventBody, signFor(tt.signed, eventBody)); status != tt.status {
			t.Errorf("signed for %s: got %d, want %d", tt.signed, status, tt.status)
		}
		if line := <-lines; !regexp.MustCompile(tt.line).MatchString(line) {
			t.Errorf("signed for %s: got the line %q", tt.signed, line)
		}
	}
	if code := listen.stop(); code != console.ExitOK {
		t.Errorf("exit code %d", code)
	}
}

// TestListenMasksTheSecret posts a request with the secret in the URL, a header and the body.
func TestListenMasksTheSecret(t *testing.T) {
	t.Parallel()
	const secret = "hush-hush-0815"
	record := filepath.Join(t.TempDir(), "session.yaml")
	listen := start(t, "listen", "--addr", ":0", "--secret", secret, "-o", "json", "--record", record)
	url := listen.url(t) + "/hook?key=" + secret
	lines := listen.lines()
	body := strings.Replace(eventBody, "{", `{"note":"`+secret+`",`, 1)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Note", secret)
	request.Header.Set(signature.Header, signature.Sign(signature.NewSecret(secret), signature.SchemeURL, signature.Message{Method: "POST", URL: url, Body: []byte(body)}))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if line := <-lines; response.StatusCode != 204 || !strings.Contains(line, "****") || strings.Contains(line, secret) {
		t.Errorf("status %d, got the line %s", response.StatusCode, line)
	}
	listen.stop()
	if recorded, err := os.ReadFile(record); err != nil || !strings.Contains(string(recorded), "****") || strings.Contains(string(recorded), secret) {
		t.Errorf("the recording is %s, %v", recorded, err)
	}
}

func TestListenInJSON(t *testing.T) {
	t.Parallel()
	listen := start(t, "listen", "--addr", "127.0.0.1:0", "--secret", "s3cret", "-o", "json", "--public-url", "https://crm.example", "--status", "202")
	url := listen.url(t)
	lines := listen.lines()
	if status := post(t, url+"/hook?x=1", eventBody, signFor("https://crm.example/hook?x=1", eventBody)); status != 202 {
		t.Errorf("got %d", status)
	}
	if line := <-lines; !strings.Contains(line, `"event":"lead:updated"`) || !strings.Contains(line, `"verified":true`) {
		t.Errorf("got %s", line)
	}
	listen.stop()
}

func TestListenWrongUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"listen", "--addr", "nonsense"},
		{"listen", "--addr", "127.0.0.1:99999"},
		{"listen", "--status", "99"},
		{"listen", "--public-url", "ftp://x"},
		{"listen", "more"},
		{"listen", "--secret-file", "none"},
	} {
		listen := start(t, args...)
		line, err := listen.stderr.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, "listen: ") {
			t.Errorf("%v: got %q, %v", args, line, err)
		}
		if code := listen.stop(); code != console.ExitUsage {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
}

func TestListenOnAPortInUse(t *testing.T) {
	t.Parallel()
	first := start(t, "listen", "--addr", ":0", "--secret", "s3cret")
	address := strings.TrimPrefix(first.url(t), "http://")
	second := start(t, "listen", "--addr", address, "--secret", "s3cret")
	line, err := second.stderr.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "listen: cannot listen on "+address) || !strings.Contains(line, "give another --addr") {
		t.Errorf("got %q, %v", line, err)
	}
	if code := second.stop(); code != console.ExitTool {
		t.Errorf("exit code %d", code)
	}
	first.stop()
}

// TestListenDoesNotForwardToItself uses the port of a closed listener, because the target must be known before listen starts.
func TestListenDoesNotForwardToItself(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	_, port, _ := net.SplitHostPort(free.Addr().String())
	for _, tt := range []struct{ addr, target string }{
		{"127.0.0.1", "127.0.0.1"},
		{"127.0.0.1", "localhost"},
		{"127.0.0.1", "0.0.0.0"},
		{"localhost", "127.0.0.1"},
		{"0.0.0.0", "127.0.0.1"},
		{"0.0.0.0", "localhost"},
		{"[::]", "[::1]"},
		{"[::]", "127.0.0.1"},
	} {
		t.Run(tt.addr+" to "+tt.target, func(t *testing.T) {
			listen := start(t, "listen", "--addr", tt.addr+":"+port, "--secret", "s3cret", "--forward", "http://"+tt.target+":"+port+"/hook")
			line, err := listen.stderr.ReadString('\n')
			code := listen.stop()
			if strings.HasPrefix(line, "listen: cannot listen on [::]") {
				t.Skipf("no IPv6: %s", line)
			}
			if err != nil || !strings.Contains(line, "leads back to this receiver") || code != console.ExitUsage {
				t.Errorf("got %q, %v, exit code %d", line, err, code)
			}
		})
	}
}

func TestReaches(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		ip, own string
		want    bool
	}{
		{"127.0.0.1", "127.0.0.1", true},
		{"127.0.0.2", "127.0.0.1", false},
		{"::1", "127.0.0.1", false},
		{"0.0.0.0", "127.0.0.1", true},
		{"::", "::1", true},
		{"0.0.0.0", "192.0.2.1", false},
		{"127.0.0.2", "0.0.0.0", true},
		{"::1", "::", true},
		{"192.0.2.1", "::", false}, // no address of this machine
		{"192.0.2.1", "192.0.2.1", true},
	} {
		if got := reaches(net.ParseIP(tt.ip), net.ParseIP(tt.own)); got != tt.want {
			t.Errorf("%s reaches %s: %v", tt.ip, tt.own, got)
		}
	}
}

// TestRecordThenRun records a conversation with listen and replays it with run: the bodies are the same, the signatures are
// for the new URL.
func TestRecordThenRun(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "session.yaml")
	l := start(t, "listen", "--addr", ":0", "--secret", "s3cret", "--record", file, "-o", "json")
	url := l.url(t)
	var recorded []string
	arrivals := make(chan string, 100)
	go func() {
		defer close(arrivals)
		for scanner := bufio.NewScanner(l.stdout); scanner.Scan(); {
			var arrival struct{ Body string }
			if json.Unmarshal(scanner.Bytes(), &arrival) == nil {
				arrivals <- arrival.Body
			}
		}
	}()
	if code, _, stderr := runCommand(limited(t), "play", url, "--secret", "s3cret", "--bot", "dental", "--no-history", "-q"); code != console.ExitOK {
		t.Fatalf("play failed: %s", stderr)
	}
	if status := post(t, url, "{}", "not signed"); status != http.StatusUnauthorized {
		t.Fatalf("status %d", status)
	}
	if status := post(t, url, "{", signFor(url+"/", "{")); status != http.StatusBadRequest {
		t.Fatalf("status %d", status)
	}
	if code := l.stop(); code != console.ExitOK {
		t.Fatalf("exit code %d", code)
	}
	for body := range arrivals {
		recorded = append(recorded, body)
	}
	recorded = recorded[:len(recorded)-2] // without the two invalid requests

	replay := start(t, "run", file, "--dry-run", "-o", "json", "--url", "http://localhost:9/other", "--secret", "other")
	var replayed []string
	for scanner := bufio.NewScanner(replay.stdout); scanner.Scan(); {
		var planned struct {
			Request struct {
				Body    string
				Headers map[string][]string
			}
		}
		if err := json.Unmarshal(scanner.Bytes(), &planned); err != nil {
			t.Fatal(err)
		}
		replayed = append(replayed, planned.Request.Body)
		want := signature.Sign(signature.NewSecret("other"), signature.SchemeURL,
			signature.Message{Method: "POST", URL: "http://localhost:9/other", Body: []byte(planned.Request.Body)})
		if got := planned.Request.Headers[signature.Header]; len(got) != 1 || got[0] != want {
			t.Errorf("signed %v, want %s", got, want)
		}
	}
	if code := replay.stop(); code != console.ExitOK {
		t.Errorf("exit code %d", code)
	}
	if diff := cmp.Diff(recorded, replayed); diff != "" || len(recorded) < 5 {
		t.Errorf("%d were recorded: %s", len(recorded), diff)
	}
	if code := start(t, "listen", "--addr", ":0", "--record", file).stop(); code != console.ExitUsage {
		t.Errorf("the file exists: exit code %d", code)
	}
}

// TestListenWarnsBeyondLoopback starts receivers that other machines can reach, and some that they cannot.
func TestListenWarnsBeyondLoopback(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{"0.0.0.0:0": true, "[::]:0": true, "127.0.0.1:0": false, "localhost:0": false, ":0": false} {
		t.Run(addr, func(t *testing.T) {
			t.Parallel()
			listen := start(t, "listen", "--addr", addr)
			defer listen.stop()
			line, _ := listen.stderr.ReadString('\n')
			if strings.Contains(line, "cannot listen on [::]") {
				t.Skipf("no IPv6: %s", line)
			}
			// Without a warning, the next line is about the secret.
			if line, err := listen.stderr.ReadString('\n'); err != nil || strings.HasPrefix(line, "warning: any machine that reaches ") != want {
				t.Errorf("got %q, %v, want a warning: %v", line, err, want)
			}
		})
	}
}
