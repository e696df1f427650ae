package check

import (
	"cmp"
	"context"
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
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

const testSecret = "hush-hush-0815"

// exam is one examination of a receiver in a test.
type exam struct {
	receiver receiver.Options
	edition  payload.Edition
	scheme   signature.Scheme
	target   string
	only     []string
	blind    bool // without a probe
	patience time.Duration
	settle   time.Duration // 0 is short
	signURL  string        // the public URL; "" is none
	path     string        // of the public URL that the receiver knows; "" is any
}

// run gives the results and how many requests arrived.
func (x exam) run(t *testing.T) ([]Result, int) {
	t.Helper()
	leads := &receiver.Leads{}
	var arrived atomic.Int64
	x.receiver.Secret, x.receiver.Scheme, x.receiver.Leads = signature.NewSecret(testSecret), x.scheme, leads
	if x.signURL != "" {
		x.receiver.PublicURL = signature.URL{Scheme: "https", Host: "crm.example", Target: cmp.Or(x.path, "/")}
	}
	x.receiver.Seen = func(receiver.Arrival) { arrived.Add(1) }
	server := httptest.NewServer(receiver.New(x.receiver))
	defer server.Close()
	results := examine(t, server.URL+x.target, x, func(_ context.Context, lead string) (string, error) {
		text, err := json.Marshal(leads.Of(lead))
		return string(text), err
	})
	return results, int(arrived.Load())
}

func examine(t *testing.T, url string, x exam, probe Probe) []Result {
	t.Helper()
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
	sender := emitter.New(emitter.Options{Connections: atOnce})
	defer sender.Close()
	results, err := Run(t.Context(), Options{
		Emitter: sender, Webhook: emitter.Webhook{URL: target, SignURL: public, Secret: signature.NewSecret(testSecret), Scheme: x.scheme, Edition: x.edition},
		Cases: cases, Probe: probe, Seed: 11, Patience: x.patience, Slow: 40 * time.Millisecond, Settle: cmp.Or(x.settle, 100*time.Millisecond),
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

func TestTheReferenceReceiverPasses(t *testing.T) {
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
					t.Errorf("%s: %s, sent %s, want %s, got %s, skipped %s", r.Case.ID, r.Outcome, r.Sent, r.Want, r.Got, r.Skipped)
				}
			}
			if want := Requests(Cases()); x.scheme == signature.SchemeURL && arrived != want && arrived != want-1 { // the one that is cut off may not be seen
				t.Errorf("%d requests arrived, the cases announce %d", arrived, want)
			}
			if len(results) != len(Cases()) {
				t.Errorf("%d results", len(results))
			}
		})
	}
	if n := Requests(Cases()); n > 300 {
		t.Errorf("%d requests are too many", n)
	}
}

// TestEachFaultIsCaught tries the battery on receivers that are wrong in one thing: the cases that name the fault fail,
// and no other.
func TestEachFaultIsCaught(t *testing.T) {
	odd := map[receiver.Fault]exam{
		receiver.FaultSlow:         {patience: receiver.SlowAnswer / 2},
		receiver.FaultIgnoresQuery: {target: "/hook"},
	}
	for _, fault := range receiver.Faults() {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			x := odd[fault]
			x.receiver.Faults = []receiver.Fault{fault}
			results, _ := x.run(t)
			var want []string
			for _, c := range Cases() {
				if slices.Contains(c.Catches, fault) {
					want = append(want, c.ID)
				}
			}
			if len(want) == 0 {
				t.Error("no case names it")
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

func TestEachCaseIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Cases() {
		if seen[c.ID] {
			t.Errorf("%s stands twice", c.ID)
		}
		seen[c.ID] = true
		if c.Why == "" || c.Fix == "" || c.Code == "" || c.Requests == 0 || c.run == nil || c.Level != Must && c.Level != Should || !slices.Contains(Groups[:], c.Group()) {
			t.Errorf("%s: %+v", c.ID, c)
		}
		if len(c.Catches) == 0 {
			t.Errorf("%s: nothing shows that it can fail", c.ID)
		}
		if strings.Trim(c.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || !strings.HasSuffix(c.Why, ".") {
			t.Errorf("%s: %s", c.ID, c.Why)
		}
		for _, fault := range c.Catches {
			if !slices.Contains(receiver.Faults(), fault) {
				t.Errorf("%s names the fault %q", c.ID, fault)
			}
		}
	}
}
