package fuzz

import (
	"flag"
	"testing"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/receiver/receivertest"
	"artihook/emitter/signature"
)

// correctRequests is how many requests each correct receiver survives.
var correctRequests = flag.Int("requests", 2000, "send this many requests to each correct receiver")

// TestCorrectReceivers checks that correct receivers violate no property, with a probe.
func TestCorrectReceivers(t *testing.T) {
	t.Parallel()
	for name, correct := range receivertest.Correct() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			started, err := correct.Start(signature.NewSecret(testSecret))
			if err != nil {
				t.Skip(err)
			}
			defer started.Close()
			url, err := signature.ParseURL(started.URL)
			if err != nil {
				t.Fatal(err)
			}
			want := *correctRequests
			if name == "stores later" { // each example waits for the store
				want /= 10
			}
			sender := emitter.New(emitter.Options{Connections: 2, RootCAs: started.Roots})
			defer sender.Close()
			for seed := uint64(1); ; seed++ {
				opt := Options{
					Emitter: sender, Seed: seed, Probe: started.Probe, Runs: want / 2,
					Webhook: emitter.Webhook{URL: url, Secret: signature.NewSecret(testSecret), Edition: payload.Editions[seed%2]},
				}
				result, err := Run(t.Context(), opt)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range result.Failures {
					t.Errorf("seed %d: %s: %s, want %s, got %s, %q", seed, f.Case, f.Sentence, f.Want, f.Got, f.Notes())
				}
				if result.Requests*int(seed) >= want || t.Failed() {
					return
				}
			}
		})
	}
}
