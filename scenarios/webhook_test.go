package scenarios

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/receiver"
	"artihook/scenarios/format"

	"github.com/google/go-cmp/cmp"
)

// TestResolveWebhooks checks that the URL of the options replaces those of a scenario.
func TestResolveWebhooks(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	tests := []struct {
		name, file string
		isSet      bool // the options have a URL
		urls       []string
	}{
		{"its own, with a variable", "vars: {base: 'BASE'}\ndefaults: {url: '${base}/own'}\nsteps: [{start: {}}]", false, []string{"/own"}},
		{"the run's", "defaults: {url: 'BASE/own'}\nsteps: [{start: {}}]", true, []string{"/hook"}},
		{"a variable with the URL", "vars: {leads: '${url}/leads'}\nsteps: [{send: {body: '\"${leads}\"'}}, {start: {}}]", true, []string{"/hook", "/hook"}},
		{"each webhook its own", "defaults: {webhooks: [{name: a, url: 'BASE/a'}, {name: b, url: 'BASE/b'}]}\nsteps: [{start: {}}]", false, []string{"/a", "/b"}},
		{"the run's for both", "defaults: {webhooks: [{name: a, url: 'BASE/a'}, {name: b, url: '${url}?b'}]}\nsteps: [{start: {}}]", true, []string{"/hook", "/hook?b"}},
	}
	for _, tt := range tests {
		opt := c.options(t)
		withURL := opt.Webhook
		opt.Webhook = func(name, url string) (emitter.Webhook, error) {
			if url == "" && !tt.isSet {
				return emitter.Webhook{}, errors.New("url is missing")
			}
			return withURL(name, url)
		}
		opt.SetFlags = map[string]bool{settingURL: tt.isSet}
		before := len(c.arrivals)
		rep, err := Run(t.Context(), []*format.File{parseSteps(t, strings.ReplaceAll(tt.file, "BASE", c.URL))}, opt)
		if err != nil || rep.Count().Failed > 0 {
			t.Errorf("%s: %v, %v", tt.name, err, rep)
			continue
		}
		var urls []string
		for _, a := range c.arrivals[before:] {
			urls = append(urls, strings.TrimPrefix(a.URL, c.URL))
		}
		if diff := cmp.Diff(tt.urls, urls); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// TestRetriesOfOptions checks that the retries of the options replace those of the file.
func TestRetriesOfOptions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		isSet bool
		run   int
		want  int // attempts
	}{
		{"the file's", false, 0, 3},
		{"the run's", true, 1, 2},
		{"none", true, 0, 1},
	}
	for _, tt := range tests {
		c := startCRM(t, testSecret)
		c.respond = func(w http.ResponseWriter, _ *receiver.Arrival) { w.WriteHeader(http.StatusInternalServerError) }
		opt := c.options(t)
		e := emitter.New(emitter.Options{Retries: tt.run, RetryDelay: time.Millisecond})
		defer e.Close()
		opt.Emitter, opt.SetFlags = e, map[string]bool{settingRetries: tt.isSet}
		if _, err := Run(t.Context(), []*format.File{parseSteps(t, "defaults: {retries: 2}\nsteps: [{start: {}}]")}, opt); err != nil {
			t.Fatal(err)
		}
		if got := len(c.events()); got != tt.want {
			t.Errorf("%s: %d attempts, want %d", tt.name, got, tt.want)
		}
	}
}

// TestReportNamesTargets checks that a report names each receiver once, and the first of many.
func TestReportNamesTargets(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	const all = "defaults: {webhooks: [{name: a, url: 'BASE/1'}, {name: b, url: 'BASE/2'}, {name: c, url: 'BASE/3'}, {name: d, url: 'BASE/4'}, " +
		"{name: e, url: 'BASE/5'}, {name: f, url: 'BASE/6'}, {name: g, url: 'BASE/6'}]}\nsteps: [{start: {}}]"
	file := parseSteps(t, strings.ReplaceAll(all, "BASE", c.URL))
	rep, err := Run(t.Context(), []*format.File{file, file}, c.options(t))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll("BASE/1, BASE/2, BASE/3, BASE/4, BASE/5 and 1 more", "BASE", c.URL); rep.Target != want {
		t.Errorf("the target is %q, want %q", rep.Target, want)
	}
}
