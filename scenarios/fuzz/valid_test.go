package fuzz

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
)

// TestExamplesAreValid checks that the events of examples have no flaw, and that ArtiBot's form of JSON stays when they are decoded
// and encoded again.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	for _, edition := range payload.Editions {
		t.Run(edition.String(), func(t *testing.T) {
			t.Parallel()
			opt := Options{Seed: 3, Webhook: emitter.Webhook{Edition: edition}}.withDefaults()
			r := newRun(&opt)
			for n := range 2000 {
				e := r.generate(r.random(n), n)
				before := ""
				for i := range e.steps {
					event := &e.steps[i].event
					body := event.AppendJSON(nil)
					if string(body) == before { // it is delivered once more
						continue
					}
					before = string(body)
					if err := checkEvent(event, body); err != nil {
						t.Fatalf("example %d: %v\n%s", n, err, body)
					}
				}
			}
		})
	}
}

// checkEvent returns an error if the body has a flaw that the contract does not allow, is very long, or changes when it is decoded
// and encoded again.
func checkEvent(event *payload.Event, body []byte) error {
	for _, flaw := range receiver.Lint(body) {
		if !isValid(flaw, event) {
			return fmt.Errorf("it has the flaw %+v", flaw)
		}
	}
	if len(body) > 100<<10 {
		return fmt.Errorf("it has %d bytes", len(body))
	}
	again, err := payload.Decode(body)
	if err != nil {
		return err
	}
	if text := again.AppendJSON(nil); string(text) != string(body) {
		return fmt.Errorf("after decoding, it is\n%s", text)
	}
	return nil
}

// isValid reports whether the contract allows a flaw that lint reports: custom values, types that are not documented, and the empty
// address of a sample (docs/contract.md, sections 2 and 5).
func isValid(flaw receiver.Flaw, e *payload.Event) bool {
	return flaw.ID == receiver.FlawAnswerType ||
		flaw.ID == receiver.FlawType && strings.HasPrefix(flaw.Path, "lead.data.") ||
		flaw.Path == "meta.ip_address" && e.Meta.IPAddress == ""
}

// TestReplayedChoices checks that the choices of an example generate the same example again, also from its id.
func TestReplayedChoices(t *testing.T) {
	t.Parallel()
	opt := Options{Seed: 5, Now: func() time.Time { return time.Unix(1_800_000_000, 0) }}.withDefaults()
	r := newRun(&opt)
	for n := range 500 {
		c := r.random(n)
		want := r.generate(c, n)
		values, err := decodeID(encodeID(c.values()))
		if err != nil {
			t.Fatal(err)
		}
		got := r.generate(&choices{replay: values}, n)
		if len(got.steps) != len(want.steps) {
			t.Fatalf("example %d has %d steps, and %d after decoding its id", n, len(want.steps), len(got.steps))
		}
		for i := range got.steps {
			a, b := string(want.steps[i].event.AppendJSON(nil)), string(got.steps[i].event.AppendJSON(nil))
			if a != b {
				t.Fatalf("example %d is\n%s\nand after decoding its id\n%s", n, a, b)
			}
		}
	}
}

func TestRanks(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		r := random.Int32N(0x10ffff) + 1
		if r >= 0xd800 && r < 0xe000 {
			continue
		}
		if got := rankedRune(rank(r)); got != r {
			t.Fatalf("the rank of %U is %d, which is the rank of %U", r, rank(r), got)
		}
	}
}

func FuzzDecodeID(f *testing.F) {
	f.Add("a")
	f.Add(encodeID([]uint64{2, 0, 0, 1, 300}))
	f.Add("aAAAA")
	f.Fuzz(func(t *testing.T, id string) {
		values, err := decodeID(id)
		if err != nil {
			return
		}
		again, err := decodeID(encodeID(values))
		if err != nil || string(encodeID(again)) != encodeID(values) {
			t.Errorf("%q is %v, and then %v, %v", id, values, again, err)
		}
		opt := Options{Seed: 1}.withDefaults()
		r := newRun(&opt)
		r.generate(&choices{replay: values}, 1)
	})
}

// delivered returns the deliveries of an example as they are planned, with the responses of a correct receiver.
func delivered(r *run, e *example) []history.Delivery {
	var deliveries []history.Delivery
	for i := range e.steps {
		d := r.planned(&e.steps[i])
		if d.Status = http.StatusNoContent; e.steps[i].forgery != genuine {
			d.Status = http.StatusUnauthorized
		}
		deliveries = append(deliveries, d)
	}
	return deliveries
}

// BenchmarkGenerateAndJudge measures what an example costs besides sending it: generating, encoding, signing and judging.
func BenchmarkGenerateAndJudge(b *testing.B) {
	opt := Options{Seed: 1}.withDefaults()
	r := newRun(&opt)
	requests := 0
	for n := 0; b.Loop(); n++ {
		e := r.generate(r.random(n), n)
		deliveries := delivered(r, e)
		r.judge(e, deliveries, 0, len(deliveries))
		requests += len(deliveries)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(requests), "ns/request")
}
