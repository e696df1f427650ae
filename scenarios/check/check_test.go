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
	"artihook/emitter/receiver/receivertest"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

const testSecret = "hush-hush-0815"

// caughtBy lists the misbehaviors that fail each case. A misbehavior fails no case that does not list it. Those with the
// events of a lead show only with a probe.
var caughtBy = map[string][]receivertest.Misbehavior{
	"signature-valid":             {receivertest.RejectsAll, receivertest.LowerCase, receivertest.NeedsSecondAnswer, receivertest.Redirects, receivertest.StatusText},
	"signature-upper-case":        {receivertest.LowerCase},
	"signature-wrong-secret":      {receivertest.AcceptsAnything},
	"signature-missing-header":    {receivertest.MissingHeader500, receivertest.ComparesPrefix},
	"signature-empty-header":      {receivertest.ComparesPrefix, receivertest.BadHeader500},
	"signature-garbage":           {receivertest.BadHeader500},
	"signature-wrong-digits":      {receivertest.AcceptsZeros},
	"signature-truncated":         {receivertest.ComparesPrefix, receivertest.BadHeader500},
	"signature-other-body":        {receivertest.Reserialises, receivertest.RewritesDates},
	"signature-other-url":         {receivertest.AnyHost},
	"signature-other-query":       {receivertest.IgnoresQuery},
	"signature-other-method":      {receivertest.IgnoresMethod},
	"signature-other-scheme":      {receivertest.AnyScheme},
	"signature-status":            {receivertest.Rejects400},
	"body-unicode":                {receivertest.ReadsLatin1},
	"body-html-characters":        {receivertest.EscapesHTML},
	"body-field-names":            {receivertest.FieldPaths},
	"body-one-answer":             {receivertest.NeedsSecondAnswer},
	"body-200-answers":            {receivertest.FewAnswers, receivertest.ReadsOnce, receivertest.NeedsCreated, receivertest.NeedsNextVersion},
	"body-90-kb":                  {receivertest.SmallBody, receivertest.ReadsOnce},
	"body-1-mb":                   {receivertest.SmallBody, receivertest.ReadsOnce},
	"body-null-place":             {receivertest.NeedsPlace},
	"body-every-type":             {receivertest.TextOnly, receivertest.Reserialises, receivertest.NeedsCreated, receivertest.NeedsNextVersion},
	"body-edition-2019":           {receivertest.StatusText},
	"body-edition-2022":           {receivertest.StatusNumber},
	"body-unknown-type":           {receivertest.StrictTypes, receivertest.TextOnly},
	"body-extra-keys":             {receivertest.StrictKeys},
	"body-date-like":              {receivertest.RewritesDates},
	"body-number-double":          {receivertest.Reserialises, receivertest.TextOnly},
	"body-truncated":              {receivertest.BadJSON500, receivertest.AcceptsBadJSON},
	"life-conversation":           {receivertest.RejectsCompleted},
	"life-twice":                  {receivertest.RejectsDuplicates, receivertest.NotIdempotent},
	"life-same-moment":            {receivertest.RejectsDuplicates, receivertest.NotIdempotent},
	"life-stale-version":          {receivertest.TrustsOrder, receivertest.RejectsStale, receivertest.NeedsNextVersion},
	"life-updated-first":          {receivertest.TrustsOrder, receivertest.RejectsStale, receivertest.NeedsNextVersion, receivertest.NeedsCreated},
	"life-completed-then-updated": {receivertest.TrustsOrder, receivertest.RejectsStale, receivertest.NeedsNextVersion, receivertest.RejectsCompleted},
	"life-completed-same-version": {receivertest.DropsSeenVersion, receivertest.RejectsCompleted, receivertest.StatusNumber},
	"life-many-leads":             {receivertest.FewLeads},
	"life-gaps":                   {receivertest.NeedsNextVersion, receivertest.RejectsCompleted},
	"http-in-time":                {receivertest.Slow},
	"http-no-redirect":            {receivertest.Redirects},
	"http-no-html":                {receivertest.HTMLErrors},
	"http-slow-sender":            {receivertest.ReadsOnce},
	"http-cut":                    {receivertest.BreaksAfterHalfBody},
	"http-large-without-expect":   {receivertest.ReadsOnce},
	"http-content-type":           {receivertest.ContentType500},
	"http-get":                    {receivertest.GET500},
	"http-head":                   {receivertest.HEAD500},
	"http-keep-alive":             {receivertest.ClosesSilently},
	"http-no-echo":                {receivertest.TellsRight, receivertest.TellsTrace, receivertest.TellsSecret},
}

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
	settle   time.Duration // 0 is a short time
	restart  time.Duration // 0 is a short time
	linger   time.Duration // 0 is a very short time
	timeout  time.Duration // 0 is the default
	budget   time.Duration // 0 is the default
	signURL  string        // the public URL; "" is none
	path     string        // of the public URL that the receiver knows; "" is any
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
	sender := emitter.New(emitter.Options{Connections: manyLeadsCount})
	defer sender.Close()
	results, err := Run(t.Context(), Options{
		Emitter: sender, Webhook: emitter.Webhook{URL: target, SignURL: public, Secret: signature.NewSecret(testSecret), Scheme: x.scheme, Edition: x.edition},
		Cases: cases, Probe: probe, Seed: 11, Patience: cmp.Or(x.patience, time.Minute), Slow: 40 * time.Millisecond, Settle: cmp.Or(x.settle, 100*time.Millisecond),
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
			if want := Requests(Cases()); x.scheme == signature.SchemeURL && arrived != want && arrived != want-1 { // the receiver may miss the one that is cut
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
		receivertest.Slow:         {patience: receivertest.SlowResponse / 2},
		receivertest.IgnoresQuery: {target: "/hook"},
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
	seen := map[string]bool{}
	for _, c := range Cases() {
		if seen[c.ID] {
			t.Errorf("%s is listed twice", c.ID)
		}
		seen[c.ID] = true
		if c.Why == "" || c.Sends == "" || c.Fix == "" || c.Requests == 0 || c.run == nil || c.Level != Must && c.Level != Should || !slices.Contains(Groups[:], c.Group()) {
			t.Errorf("%s: %+v", c.ID, c)
		}
		if len(caughtBy[c.ID]) == 0 {
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
