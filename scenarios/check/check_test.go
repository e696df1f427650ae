package check

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/receiver/receivertest"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

const testSecret = "hush-hush-0815"

// exam configures a run of check in a test.
type exam struct {
	receiver receiver.Options
	mistakes []receivertest.Misbehavior
	edition  payload.Edition
	scheme   signature.Scheme
	target   string
	only     []string
	blind    bool // without a probe
	patience time.Duration
	settle   time.Duration  // 0 is a short time
	restart  time.Duration  // 0 is a short time
	linger   time.Duration  // 0 is a very short time
	timeout  time.Duration  // 0 is the default
	budget   time.Duration  // 0 is the default
	seed     uint64         // 0 is always the same one
	now      time.Time      // zero is the clock
	slow     time.Duration  // 0 is a short time
	roots    *x509.CertPool // that the emitter trusts; nil is none beside those of the system
	signURL  string         // the public URL; "" is none
	path     string         // of the public URL that the receiver knows; "" is any
}

// run returns the results and the number of requests that arrived.
func (x exam) run(t *testing.T) ([]Result, int) {
	t.Helper()
	var arrived atomic.Int64
	x.receiver.Secret, x.receiver.Scheme = signature.NewSecret(testSecret), x.scheme
	if x.signURL != "" {
		x.receiver.PublicURL = signature.URL{Scheme: "https", Host: "crm.example", Target: cmp.Or(x.path, "/")}
	}
	x.receiver.Seen = func(receiver.Arrival) { arrived.Add(1) }
	examined := receivertest.New(x.receiver, x.mistakes...)
	server := httptest.NewServer(examined)
	defer server.Close()
	results := examine(t, server.URL+x.target, x, func(_ context.Context, lead string) (string, error) {
		text, err := json.Marshal(examined.Records(lead))
		return string(text), err
	})
	return results, int(arrived.Load())
}

func examine(t *testing.T, url string, x exam, probe LeadProbe) []Result {
	t.Helper()
	if testing.Short() && x.only == nil {
		t.Skip("-short sends no whole examination")
	}
	target, err := signature.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := Select(x.only, nil)
	if err != nil {
		t.Fatal(err)
	}
	if x.blind {
		probe = nil
	}
	public := signature.URL{}
	if x.signURL != "" {
		if public, err = signature.ParseURL(x.signURL); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now
	if !x.now.IsZero() {
		now = func() time.Time { return x.now }
	}
	sender := emitter.New(emitter.Options{Connections: manyLeadsCount, RootCAs: x.roots})
	defer sender.Close()
	results, err := Run(t.Context(), Options{
		Emitter: sender, Webhook: emitter.Webhook{URL: target, SignURL: public, Secret: signature.NewSecret(testSecret), Scheme: x.scheme, Edition: x.edition},
		Cases: cases, Probe: probe, Now: now, Seed: cmp.Or(x.seed, 11), Patience: cmp.Or(x.patience, time.Minute), Slow: cmp.Or(x.slow, 40*time.Millisecond), Settle: cmp.Or(x.settle, 100*time.Millisecond),
		Linger: cmp.Or(x.linger, time.Millisecond), Timeout: x.timeout, Budget: x.budget, Restart: cmp.Or(x.restart, 100*time.Millisecond),
	})
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func failed(results []Result) []string {
	var ids []string
	for _, r := range results {
		if r.Outcome == report.Failed {
			ids = append(ids, r.Case.ID)
		}
	}
	return ids
}

// cuts is the number of connections that the cases close before the response: the receiver may not see their requests.
const cuts = 1 + len(cutPoints) + 1 + 1

func TestReferenceReceiverPasses(t *testing.T) {
	t.Parallel()
	for _, x := range []exam{
		{},
		{blind: true},
		{edition: payload.Edition2022},
		{scheme: signature.SchemeBody},
		{target: "/hook?token=a%20b"},
		{signURL: "https://crm.example/hook?token=a"},
		{signURL: "https://crm.example/hook", target: "/hook"},
		{signURL: "https://crm.example/hook", target: "/behind", path: "/hook"},
		{signURL: "https://crm.example/hook?token=a", target: "/hook?token=a", path: "/hook"},
	} {
		t.Run(x.edition.String()+x.scheme.String()+x.target+x.signURL+x.path, func(t *testing.T) {
			t.Parallel()
			results, arrived := x.run(t)
			for _, r := range results {
				if r.Outcome == report.Failed || r.Outcome == report.Skipped && x.scheme == signature.SchemeURL {
					t.Errorf("%s: %s, sent %s, want %s, got %s, skipped %s", r.Case.ID, r.Outcome, r.Sent, r.Want, r.Got, r.Reason)
				}
			}
			if want := Requests(Cases()); x.scheme == signature.SchemeURL && (arrived > want || arrived < want-cuts) {
				t.Errorf("%d requests arrived, the cases announce %d", arrived, want)
			}
			if len(results) != len(Cases()) {
				t.Errorf("%d results", len(results))
			}
		})
	}
}

// TestMisbehaviors examines receivers with one mistake each: the cases that list it fail, and no other.
func TestMisbehaviors(t *testing.T) {
	t.Parallel()
	settings := map[receivertest.Misbehavior]exam{
		receivertest.Slow:                 {patience: receivertest.SlowResponse / 2},
		receivertest.IgnoresQuery:         {target: "/hook"},
		receivertest.IgnoresPath:          {target: "/hook"},
		receivertest.IgnoresSlash:         {target: "/hook"},
		receivertest.StoresHTMLLate:       {only: []string{"body", "life-stored-later"}, settle: 10 * receivertest.LateTime},
		receivertest.LocksAfterDisconnect: {only: []string{"life-disconnect"}},
	}
	for _, mistake := range receivertest.Misbehaviors() {
		t.Run(string(mistake), func(t *testing.T) {
			t.Parallel()
			x := settings[mistake]
			x.mistakes = []receivertest.Misbehavior{mistake}
			results, _ := x.run(t)
			var want []string
			for _, c := range Cases() {
				if slices.Contains(caughtBy[c.ID], mistake) {
					want = append(want, c.ID)
				}
			}
			if len(want) == 0 && mistake != receivertest.Closes {
				t.Error("no case lists it")
			}
			if wrong := diff.Diff(want, failed(results)); wrong != "" {
				t.Error(wrong)
			}
			for _, r := range results {
				if r.Outcome == report.Failed && (r.Sent == "" || r.Want == "" || r.Got == "") {
					t.Errorf("%s does not say what happened: %+v", r.Case.ID, r)
				}
			}
		})
	}
}

func TestCases(t *testing.T) {
	t.Parallel()
	if n := Requests(Cases()); n > 400 {
		t.Errorf("the cases send %d requests, more than 400", n)
	}
	seen := map[string]bool{}
	for _, c := range Cases() {
		if seen[c.ID] {
			t.Errorf("%s is listed twice", c.ID)
		}
		seen[c.ID] = true
		if c.Why == "" || c.Sends == "" || c.Fix == "" || c.Requests == 0 || c.run == nil || c.Level != Must && c.Level != Should || !slices.Contains(Groups[:], c.Group()) {
			t.Errorf("%s: %+v", c.ID, c)
		}
		if len(caughtBy[c.ID]) == 0 && c.ID != "http-header-names" { // see TestHeaderNames
			t.Errorf("%s: no misbehavior shows that it can fail", c.ID)
		}
		for _, s := range c.Code.Snippets() {
			if s.Code == "" {
				t.Errorf("%s has no code for %s", c.ID, s.Language)
			}
		}
		for _, id := range c.needs {
			if !seen[id] {
				t.Errorf("%s needs %s, which does not run before it", c.ID, id)
			}
		}
		if strings.Trim(c.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || !strings.HasSuffix(c.Why, ".") || !strings.HasSuffix(c.Sends, ".") {
			t.Errorf("%s: %s", c.ID, c.Why)
		}
	}
}
