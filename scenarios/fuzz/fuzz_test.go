package fuzz

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/receiver"
	"artihook/emitter/receiver/receivertest"
	"artihook/emitter/signature"
	"artihook/scenarios/check"
)

const testSecret = "hush-hush-0815"

// errEnough ends a run after its first failure.
var errEnough = errors.New("one failure is enough")

func stopAtFirst(Failure) error { return errEnough }

// fuzzing runs fuzz against a handler, with a fixed seed unless opt has one.
func fuzzing(t testing.TB, h http.Handler, opt Options) *Result {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	url, err := signature.ParseURL(server.URL + "/hook?token=t0k")
	if err != nil {
		t.Fatal(err)
	}
	sender := emitter.New(emitter.Options{Connections: 2})
	defer sender.Close()
	opt.Emitter, opt.Webhook.URL, opt.Webhook.Secret = sender, url, signature.NewSecret(testSecret)
	if opt.Seed == 0 {
		opt.Seed = 11
	}
	result, err := Run(t.Context(), opt)
	if err != nil && !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	return result
}

// receiverWith returns a receiver with mistakes and its probe.
func receiverWith(mistakes ...receivertest.Misbehavior) (*receivertest.Receiver, check.LeadProbe) {
	examined := receivertest.New(receiver.Options{Secret: signature.NewSecret(testSecret)}, mistakes...)
	return examined, func(_ context.Context, lead string) (string, error) {
		text, err := json.Marshal(examined.Records(lead))
		return string(text), err
	}
}

func TestSeed(t *testing.T) {
	t.Parallel()
	record := func(seed uint64) []string {
		var mu sync.Mutex
		var bodies []string
		h, _ := receiverWith()
		fuzzing(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			bodies = append(bodies, r.Method+" "+string(body))
			mu.Unlock()
			r.Body = io.NopCloser(bytes.NewReader(body))
			h.ServeHTTP(w, r)
		}), Options{Runs: 100, Seed: seed, Properties: []Property{Accepts, Rejects}, Now: func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }})
		slices.Sort(bodies) // some arrive at the same time
		return bodies
	}
	first := record(5)
	if !slices.Equal(first, record(5)) {
		t.Error("the same seed sends other bytes")
	}
	if slices.Equal(first, record(6)) {
		t.Error("another seed sends the same bytes")
	}
}

// TestRequests compares the announced number of requests with those that arrive.
func TestRequests(t *testing.T) {
	t.Parallel()
	h, _ := receiverWith()
	opt := Options{Runs: 200, Seed: 4}
	announced, exact := Requests(opt)
	if result := fuzzing(t, h, opt); result.Requests != announced || !exact || result.Runs != 200 {
		t.Errorf("%d requests in %d runs, announced %d", result.Requests, result.Runs, announced)
	}
	opt.Runs = 1_000_000
	if estimate, exact := Requests(opt); exact || estimate < 2*opt.Runs || estimate > 4*opt.Runs {
		t.Errorf("%d requests are announced for a million examples", estimate)
	}
}

// TestCauses checks that each cause is found once, and that the id of a failure repeats it.
func TestCauses(t *testing.T) {
	t.Parallel()
	causes := []struct {
		status int
		fails  func(*seen) bool
	}{
		{500, func(e *seen) bool { return e.textWith("\n") }},
		{503, func(e *seen) bool { return e.textWith("'") }},
		{422, func(e *seen) bool { return e.Action == "completed" }},
	}
	h, _ := receiverWith()
	var all http.Handler = h
	for _, c := range causes {
		all = failing(all, c.fails, c.status)
	}
	result := fuzzing(t, all, Options{})
	var cases []string
	for _, f := range result.Failures {
		cases = append(cases, f.Case)
		again := fuzzing(t, all, Options{Replay: f.ID, Seed: 99})
		if len(again.Failures) != 1 || again.Failures[0].Case != f.Case || again.Failures[0].Sentence != f.Sentence {
			t.Errorf("the replay of %s found %+v", f.Sentence, again.Failures)
		}
	}
	slices.Sort(cases)
	if want := []string{"accepts-422", "no-crash-500", "no-crash-503"}; !slices.Equal(cases, want) {
		t.Errorf("the causes are %q, want %q", cases, want)
	}
}

// TestRecordedFailures checks that the history has each delivery that failed: the first one, the smaller ones, and the repetitions.
func TestRecordedFailures(t *testing.T) {
	t.Parallel()
	store, err := history.Open(t.Context(), filepath.Join(t.TempDir(), "history.db"), history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	recorded := emitter.New(emitter.Options{History: store, Source: history.SourceFuzz})
	defer recorded.Close()
	right, _ := receiverWith()
	var mu sync.Mutex
	var failed []string
	h := failing(right, func(e *seen) bool {
		fails := e.textWith("\n")
		if fails {
			mu.Lock()
			failed = append(failed, string(e.body))
			mu.Unlock()
		}
		return fails
	}, http.StatusInternalServerError)
	result := fuzzing(t, h, Options{Recorded: recorded, Found: stopAtFirst})
	if err := store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var found []string
	for d, err := range store.List(t.Context(), history.Filter{Whole: true}) {
		if err != nil {
			t.Fatal(err)
		}
		if d.Source != history.SourceFuzz || d.Scenario != Scenario || d.State != history.Done {
			t.Errorf("recorded %+v", d)
		}
		if d.Status == http.StatusInternalServerError {
			found = append(found, string(d.Request.Body))
		}
	}
	slices.Sort(found)
	slices.Sort(failed) // two events may arrive at the same time
	if len(failed) < 5 || !slices.Equal(found, failed) {
		t.Errorf("%d deliveries failed, the history has %d of them; shrinking took %d", len(failed), len(found), result.Failures[0].Steps)
	}
}

// TestSchemaRules checks that a failure names the rule of the schema that its event violates.
func TestSchemaRules(t *testing.T) {
	t.Parallel()
	h, _ := receiverWith(receivertest.ArrayCustom)
	result := fuzzing(t, h, Options{Found: stopAtFirst})
	want := []string{"lead.data.Answer 1.value: got an array, want the string of input, because the type is text (schema #/$defs/TextAnswer/properties/value)"}
	if len(result.Failures) != 1 || !slices.Equal(result.Failures[0].Schema, want) {
		t.Errorf("the failures are %+v, want the rule %q", result.Failures, want)
	}
}
