package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/receiver"
	"artihook/emitter/receiver/receivertest"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

func TestSelect(t *testing.T) {
	t.Parallel()
	tests := []struct {
		only, skip []string
		want       []string
		err        string
	}{
		{only: []string{"signature-valid", "http-get"}, want: []string{"signature-valid", "http-get"}},
		{only: []string{"http"}, skip: []string{"http-[a-lo-z]*", "http-no-*"}},
		{only: []string{"body-edition-*"}, want: []string{"body-edition-2019", "body-edition-2022"}},
		{only: []string{"life"}, skip: []string{"life-[a-f]*", "life-[h-z]*"}, want: []string{"life-gaps"}},
		{only: []string{"nothing-*"}, err: `no case "nothing-*"; want an id, a group (signature, body, life, http) or a pattern like life-*`},
		{skip: []string{"["}, err: `no case "["`},
	}
	for _, tt := range tests {
		got, err := Select(tt.only, tt.skip)
		if tt.err != "" {
			if err == nil || !strings.HasPrefix(err.Error(), tt.err) {
				t.Errorf("%v %v: got %v", tt.only, tt.skip, err)
			}
			continue
		}
		var ids []string
		for _, c := range got {
			ids = append(ids, c.ID)
		}
		if err != nil || tt.want != nil && !slices.Equal(ids, tt.want) {
			t.Errorf("%v %v: got %v %v", tt.only, tt.skip, ids, err)
		}
	}
	if all, err := Select(nil, nil); err != nil || len(all) != len(Cases()) {
		t.Errorf("got %d cases, %v", len(all), err)
	}
}

// TestWithoutProbe checks that a mistake which only a probe shows fails no case without one, and that a wrong status does.
func TestWithoutProbe(t *testing.T) {
	t.Parallel()
	results, _ := exam{blind: true, mistakes: []receivertest.Misbehavior{receivertest.NotIdempotent}}.run(t)
	if got := failed(results); len(got) > 0 {
		t.Errorf("got %v", got)
	}
	results, _ = exam{blind: true, mistakes: []receivertest.Misbehavior{receivertest.RejectsDuplicates}}.run(t)
	if diff := cmp.Diff([]string{"life-twice", "life-same-moment"}, failed(results)); diff != "" {
		t.Error(diff)
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	examined := receivertest.New(receiver.Options{Secret: signature.NewSecret(testSecret)})
	server := httptest.NewServer(examined)
	defer server.Close()
	state := func(lead string) string {
		text, err := json.Marshal(examined.Records(lead))
		if err != nil {
			t.Error(err)
		}
		return string(text)
	}
	var asked atomic.Int64
	tests := []struct {
		name  string
		probe LeadProbe
		got   string // in the result; "" passes

		settle time.Duration
	}{
		{"works", func(_ context.Context, lead string) (string, error) { return state(lead), nil }, "", 0},
		{"fails", func(context.Context, string) (string, error) { return "", errors.New("exit status 3: no such table") }, "no such table", 0},
		{"knows nothing", func(context.Context, string) (string, error) { return "[]", nil }, "[]", 0},
		{"is never the same", func(_ context.Context, lead string) (string, error) {
			return fmt.Sprint(state(lead), asked.Add(1)), nil
		}, "a different text each time", 0},
		{"comes late", func(_ context.Context, lead string) (string, error) {
			if asked.Add(1)%2 == 0 {
				return "[]", nil
			}
			return state(lead), nil
		}, "", time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked.Store(1)
			only := []string{"life-conversation"}
			if tt.name == "is never the same" {
				only = []string{"life-twice"}
			}
			result := examine(t, server.URL, exam{only: only, settle: tt.settle}, tt.probe)[0]
			if tt.got == "" && result.Outcome != report.Passed || tt.got != "" && (result.Outcome != report.Failed || !strings.Contains(result.Got, tt.got)) {
				t.Errorf("got %+v", result)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
	sender := emitter.New(emitter.Options{})
	defer sender.Close()
	results, err := Run(t.Context(), Options{Emitter: sender, Webhook: emitter.Webhook{URL: url}})
	if gone := new(UnreachableError); !errors.As(err, &gone) || gone.Name != history.FailureRefused || len(results) != 0 {
		t.Errorf("got %v, %d results", err, len(results))
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret(testSecret)}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	store, err := history.Open(t.Context(), filepath.Join(t.TempDir(), "history.db"), history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	sender := emitter.New(emitter.Options{History: store})
	defer sender.Close()
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	results, err := Run(ctx, Options{
		Emitter: sender, Webhook: emitter.Webhook{URL: url, Secret: signature.NewSecret(testSecret)},
		Linger: time.Microsecond,
		Ended: func(Result) error {
			if n++; n == 3 {
				cancel()
			}
			return nil
		},
	})
	if !errors.Is(err, context.Canceled) || len(results) != 4 { // the last result is reported when the case after it has ended
		t.Errorf("got %v, %d results", err, len(results))
	}
	// The history has everything that was sent.
	recorded := 0
	for d, err := range store.List(t.Context(), history.Filter{}) {
		if recorded++; err != nil || d.Event != "lead:created" {
			t.Errorf("got %v %v", d.Event, err)
		}
	}
	want := 0
	for _, r := range results {
		want += len(r.Exchanges)
	}
	if recorded < want || recorded > want+len(results) { // so are the plain deliveries between the cases
		t.Errorf("%d deliveries are recorded, the cases sent %d", recorded, want)
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	public, err := signature.ParseURL("https://crm.example")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, target, hint string
		receiver           receiver.Options
		mistakes           []receivertest.Misbehavior
	}{
		{"lower case", "", "in lower case", receiver.Options{}, []receivertest.Misbehavior{receivertest.LowerCase}},
		{"query", "/hook?a=1", "without the query", receiver.Options{}, []receivertest.Misbehavior{receivertest.IgnoresQuery}},
		{"no usual mistake", "", "the receiver has another secret", receiver.Options{PublicURL: public}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			results, _ := exam{receiver: tt.receiver, mistakes: tt.mistakes, target: tt.target, only: []string{"signature-valid", "body-unicode"}}.run(t)
			if results[0].Outcome != report.Failed || !strings.Contains(results[0].Advice(), tt.hint) {
				t.Errorf("got %s %s", results[0].Outcome, results[0].Advice())
			}
			if results[1].Outcome != report.Inconclusive || results[1].Reason != "the receiver does not accept a plain valid delivery; see signature-valid" {
				t.Errorf("got %s %s", results[1].Outcome, results[1].Reason)
			}
		})
	}
}

// TestHintAboutRawBytes checks that the advice is about the signature if the receiver rejects it.
func TestHintAboutRawBytes(t *testing.T) {
	t.Parallel()
	for mistake, want := range map[receivertest.Misbehavior]bool{receivertest.Reserialises: true, receivertest.TextOnly: false} {
		results, _ := exam{mistakes: []receivertest.Misbehavior{mistake}, only: []string{"body-number-double"}}.run(t)
		if got := strings.Contains(results[0].Advice(), "use the raw bytes"); results[0].Outcome != report.Failed || got != want {
			t.Errorf("%s: got %s", mistake, results[0].Advice())
		}
	}
}

// TestVerifiesNothing checks that a receiver which verifies nothing has one failure.
func TestVerifiesNothing(t *testing.T) {
	t.Parallel()
	results, _ := exam{mistakes: []receivertest.Misbehavior{receivertest.AcceptsAnything}, only: []string{"signature"}}.run(t)
	if diff := cmp.Diff([]string{"signature-wrong-secret"}, failed(results)); diff != "" {
		t.Error(diff)
	}
	for _, r := range results {
		if r.Case.ID == "signature-missing-header" && r.Reason != "the receiver accepts any signature; see signature-wrong-secret" {
			t.Errorf("%s: %s %s", r.Case.ID, r.Outcome, r.Reason)
		}
	}
}

func TestResultFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		result        Result
		strict, fails bool
	}{
		{Result{Outcome: report.Failed, Case: Case{Level: Must}}, false, true},
		{Result{Outcome: report.Failed, Case: Case{Level: Should}}, false, false},
		{Result{Outcome: report.Failed, Case: Case{Level: Should}}, true, true},
		{Result{Outcome: report.Skipped, Case: Case{Level: Must}}, true, false},
		{Result{Outcome: report.Inconclusive, Case: Case{Level: Should}}, false, true},
		{Result{Outcome: report.Passed, Case: Case{Level: Must}}, true, false},
	} {
		if got := tt.result.Fails(tt.strict); got != tt.fails {
			t.Errorf("%+v strict %v: got %v", tt.result.Outcome, tt.strict, got)
		}
	}
}

func TestRunWithUnsuitableEmitter(t *testing.T) {
	t.Parallel()
	retrying := emitter.New(emitter.Options{Retries: 1})
	defer retrying.Close()
	for _, opt := range []Options{{}, {Emitter: retrying}} {
		results, err := Run(t.Context(), opt)
		if err == nil || len(results) > 0 {
			t.Errorf("%d results, error %v", len(results), err)
		}
	}
}
