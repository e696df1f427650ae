package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"artihook/cmd/console"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

const k6Secret = "hush-hush-0815-ünïcode"

// k6Arrivals records the requests of k6.
type k6Arrivals struct {
	mu       sync.Mutex
	problems []string
	leads    map[string][]*payload.Event
	bodies   int
	day      string // that all visitors choose; "" is any
}

func (k *k6Arrivals) seen(a receiver.Arrival) {
	event, err := payload.Decode(a.Body)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bodies++
	switch {
	case !a.Verified:
		k.problems = append(k.problems, "the signature is wrong of "+string(a.Body))
	case err != nil:
		k.problems = append(k.problems, fmt.Sprintf("%v: %s", err, a.Body))
	case a.Header.Get("User-Agent") != "artibot-api" || a.Header.Get("Content-Type") != "application/json":
		k.problems = append(k.problems, fmt.Sprint("the headers are wrong: ", a.Header))
	case !bytes.Equal(event.AppendJSON(nil), a.Body):
		k.problems = append(k.problems, "not the JSON text of ArtiBot: "+string(a.Body))
	default:
		k.leads[a.Summary.Lead] = append(k.leads[a.Summary.Lead], &event)
	}
}

// TestExportForK6 runs exports with several instances of k6, which share the load, against a verifying receiver.
func TestExportForK6(t *testing.T) {
	t.Parallel()
	k6 := needs(t, "k6")
	const behindTunnel = "behind a tunnel"
	tests := []struct {
		name     string
		args     []string
		scheme   signature.Scheme
		edition  payload.Edition
		leads    int // 0 is any number
		exitCode int
		day      string
		parts    int // the number of instances
	}{
		{"a number of leads", []string{"--leads", "24", "--concurrency", "8", "--bot", "dental", "--threshold", "p99<60s,errors<1%,requests>1"}, signature.SchemeURL, payload.Edition2019, 24, 0, "", 8},
		{"older scheme, newer edition", []string{"--leads", "12", "--scheme", "body", "--edition", "2022", "--answer", "Demo Date=2026-12-24"}, signature.SchemeBody, payload.Edition2022, 12, 0, "2026-12-24", 2},
		{"a rate with a ramp", []string{"--rate", "400/s", "--ramp", "1s", "--duration", "2s", "--abandon", "30%"}, signature.SchemeURL, payload.Edition2019, 0, 0, "", 2},
		{behindTunnel, []string{"--leads", "4", "--sign-url", "https://crm.example/artibot?token=a%20b", "-H", "X-Env: test"}, signature.SchemeURL, payload.Edition2019, 4, 0, "", 2},
		{"a threshold that is missed", []string{"--duration", "1s", "--concurrency", "2", "--threshold", "p50<1us,errors<5"}, signature.SchemeURL, payload.Edition2022, 0, 99, "", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := &k6Arrivals{leads: map[string][]*payload.Event{}, day: tt.day}
			opts := receiver.Options{Secret: signature.NewSecret(k6Secret), Scheme: tt.scheme, Seen: k.seen}
			if tt.name == behindTunnel {
				var err error
				if opts.PublicURL, err = signature.ParseURL("https://crm.example/artibot?token=a%20b"); err != nil {
					t.Fatal(err)
				}
			}
			server := httptest.NewServer(receiver.New(opts))
			defer server.Close()
			folder := filepath.Join(t.TempDir(), "load")
			args := append([]string{"load", server.URL + "/hook?token=a%20b", "--edition", tt.edition.String(), "--export", "k6", folder}, tt.args...)
			exportForK6(t, args)
			runK6(t, k6, folder, tt.parts, tt.exitCode)
			k.examine(t, tt.edition, tt.leads)
		})
	}
}

func exportForK6(t *testing.T, args []string) {
	t.Helper()
	if code, _, stderr := runCommand(t.Context(), append(args, "--secret", k6Secret)...); code != console.ExitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
}

// TestExportForK6StopsLeads checks that a lead whose first event is not accepted has no other.
func TestExportForK6StopsLeads(t *testing.T) {
	t.Parallel()
	k6 := needs(t, "k6")
	var mu sync.Mutex
	events := map[string][]string{} // by lead
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		event, err := payload.Decode(body)
		if err != nil {
			t.Error(err)
			return
		}
		id := event.Lead.ID.String()
		mu.Lock()
		defer mu.Unlock()
		events[id] = append(events[id], string(event.Action))
		if event.Action == payload.Updated || id[0] < '8' {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer server.Close()
	folder := filepath.Join(t.TempDir(), "load")
	exportForK6(t, []string{"load", server.URL, "--leads", "40", "--export", "k6", folder})
	runK6(t, k6, folder, 2, 0)
	for id, all := range events {
		if stops := id[0] < '8'; stops != (len(all) == 1) {
			t.Errorf("lead %s has the events %q", id, all)
		}
	}
	if len(events) != 40 {
		t.Errorf("%d leads, want 40", len(events))
	}
}

// runK6 runs instances at the same time, each with the same part of the load, as k6-operator does.
func runK6(t *testing.T, k6, folder string, parts, exitCode int) {
	t.Helper()
	bounds := []string{"0"}
	for i := 1; i < parts; i++ {
		bounds = append(bounds, fmt.Sprintf("%d/%d", i, parts))
	}
	bounds = append(bounds, "1")
	var instances sync.WaitGroup
	for i := range parts {
		instances.Go(func() {
			process := exec.CommandContext(limited(t), k6, "run", "--quiet", "--no-usage-report", "--address", "", "--execution-segment", bounds[i]+":"+bounds[i+1],
				"--execution-segment-sequence", strings.Join(bounds, ","), filepath.Join(folder, "load.js"))
			process.Env = append(os.Environ(), "ARTIHOOK_SECRET="+k6Secret)
			output, err := process.CombinedOutput()
			if code := process.ProcessState.ExitCode(); code != exitCode {
				t.Errorf("k6 ended with %d, want %d: %v\n%s", code, exitCode, err, output)
			}
		})
	}
	instances.Wait()
	for _, name := range []string{"load.js", "conversations.json"} {
		if content, err := os.ReadFile(filepath.Join(folder, name)); err != nil || bytes.Contains(content, []byte("hush-hush")) {
			t.Errorf("%s contains the secret, or cannot be read: %v", name, err)
		}
	}
}

// examine compares the events of each lead with docs/contract.md, section 2: created first, versions in order, increasing
// times, one person for each lead.
func (k *k6Arrivals) examine(t *testing.T, edition payload.Edition, leads int) {
	t.Helper()
	for i, problem := range k.problems {
		if i < 3 {
			t.Error(problem)
		}
	}
	if len(k.problems) > 0 || leads > 0 && len(k.leads) != leads || len(k.leads) < 2 {
		t.Errorf("%d of %d bodies are wrong; %d leads, want %d", len(k.problems), k.bodies, len(k.leads), leads)
	}
	contacts := map[string]bool{}
	for id, events := range k.leads {
		contacts[events[0].Lead.ContactID.String()] = true
		for i, e := range events {
			version := i + 1
			if e.Action == payload.Completed && edition == payload.Edition2022 {
				version--
			}
			first, last := i == 0, e.Action == payload.Completed
			if e.Edition != edition || first != (e.Action == payload.Created) || last && i+1 < len(events) || e.Lead.Version != version {
				t.Errorf("lead %s: event %d is %s v%d of edition %s", id, i, e.Action, e.Lead.Version, e.Edition)
			}
			if !first && !e.Time.Time().After(events[i-1].Time.Time()) {
				t.Errorf("lead %s: %s comes after %s", id, e.Time, events[i-1].Time)
			}
			examineTimes(t, events[:i+1], k.day)
		}
	}
	if len(contacts) != len(k.leads) {
		t.Errorf("%d people for %d leads", len(contacts), len(k.leads))
	}
}

// examineTimes checks the last of these events: the delay of time_stamp, the date of completed, the time of chosen days.
func examineTimes(t *testing.T, events []*payload.Event, day string) {
	t.Helper()
	e := events[len(events)-1]
	if lag := e.Time.Time().Sub(e.Lead.Modified.Time()).Seconds(); lag < 0.1 || lag > 1.5 {
		t.Errorf("%s is %.3f s after %s", e.Time, lag, e.Lead.Modified)
	}
	if e.Action == payload.Completed && e.Lead.Modified != payload.Stored(events[len(events)-2].Lead.Modified.Time()) {
		t.Errorf("completed has the date %s, the last update %s", e.Lead.Modified, events[len(events)-2].Lead.Modified)
	}
	if len(e.Lead.Data) == 0 {
		t.Error("no answers")
		return
	}
	newest := e.Lead.Data[len(e.Lead.Data)-1]
	moment, ok := newest.Value.(payload.Moment)
	if !ok || e.Action == payload.Completed {
		return
	}
	at := moment.DateTime.Time()
	if at.Format("15:04") != e.Lead.Modified.Time().Format("15:04") || newest.Input != at.Format("1/2/06 3:04:05 PM") || newest.Display != at.Format("1/2/06") {
		t.Errorf("answered at %s: %+v", e.Lead.Modified, newest)
	}
	if day != "" && at.Format("2006-01-02") != day {
		t.Errorf("want the day %s: %+v", day, newest)
	}
}

// TestExportFiles checks the files of an export without k6, and exports that are not possible.
func TestExportFiles(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "load")
	exportForK6(t, []string{"load", "localhost:3000/hook", "--sign-url", "https://crm.example/hook", "-H", "X-Env: test", "--export", "k6", folder})
	data, err := os.ReadFile(filepath.Join(folder, "conversations.json"))
	var conversations [][][]any
	if err != nil || json.Unmarshal(data, &conversations) != nil || len(conversations) != 200 {
		t.Errorf("%d conversations, %v", len(conversations), err)
	}
	script, err := os.ReadFile(filepath.Join(folder, "load.js"))
	for _, want := range []string{`const url = "http://localhost:3000/hook"`, `const signedURL = "https://crm.example/hook"`, `"Host": "crm.example"`, `"X-Env": "test"`, `"duration": "30000ms"`} {
		if err != nil || !strings.Contains(string(script), want) {
			t.Errorf("the script does not contain %s: %v", want, err)
		}
	}
	if strings.Contains(string(script), "tlsAuth") {
		t.Error("the script has a client certificate")
	}
	for _, args := range [][]string{
		{"load", "localhost:3000", "--report-html", "load.html", "--export", "k6", folder},
		{"load", "localhost:3000", "--cert", "missing.pem", "--export", "k6", folder},
		{"load", "localhost:3000", "--threshold", "late<1s", "--export", "k6", folder},
		{"load", "localhost:3000", "--export", "jmeter", folder},
		{"load", "--export", "k6"},
		{"load", "localhost:3000/?key=" + k6Secret[:14], "--secret", k6Secret[:14], "--export", "k6", folder},
	} {
		if code, stdout, stderr := runCommand(t.Context(), args...); code != console.ExitUsage || stdout != "" {
			t.Errorf("%v: exit code %d: %s%s", args, code, stdout, stderr)
		}
	}
}

// TestExportConnection exports a client certificate, and notes what k6 takes only from its environment.
func TestExportConnection(t *testing.T) {
	t.Parallel()
	c := makeCertificates(t)
	folder := filepath.Join(t.TempDir(), "load")
	code, _, stderr := runCommand(t.Context(), "load", "https://crm.example/hook", "--cert", c.cert, "--key", c.key, "--ca-cert", c.ca,
		"--proxy", "http://proxy.example:3128", "--export", "k6", folder)
	if code != console.ExitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, want := range []string{
		"-e ARTIHOOK_CERT=" + c.cert + " -e ARTIHOOK_KEY=" + c.key, "set HTTPS_PROXY to http://proxy.example:3128\n", "set SSL_CERT_FILE to " + c.ca,
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%q is missing in %s", want, stderr)
		}
	}
	script, err := os.ReadFile(filepath.Join(folder, "load.js"))
	if err != nil || !strings.Contains(string(script), "\n  tlsAuth: [{ cert: open(__ENV.ARTIHOOK_CERT)") {
		t.Errorf("no client certificate: %v\n%s", err, script)
	}
	_, _, stderr = runCommand(t.Context(), "load", "https://crm.example/hook", "--proxy", "http://ada:pw-1111@proxy.example", "--export", "k6", folder)
	if !strings.Contains(stderr, "set HTTPS_PROXY to the value of --proxy") || strings.Contains(stderr, "pw-1111") {
		t.Errorf("got %s", stderr)
	}
}
