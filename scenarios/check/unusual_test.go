package check

import (
	"testing"
	"time"

	"artihook/emitter/receiver/receivertest"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// TestCorrectReceiversPass checks that receivers which are correct and unusual fail no case, neither a MUST nor a SHOULD.
func TestCorrectReceiversPass(t *testing.T) {
	t.Parallel()
	for name, correct := range receivertest.Correct() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			started, err := correct.Start(signature.NewSecret(testSecret))
			if err != nil {
				t.Skip(err)
			}
			defer started.Close()
			for _, r := range examine(t, started.URL, exam{settle: 2 * time.Second, roots: started.Roots}, started.Probe) {
				if r.Outcome != report.Passed {
					t.Errorf("%s: %s, sent %s, want %s, got %s %s", r.Case.ID, r.Outcome, r.Sent, r.Want, r.Got, r.Reason)
				}
			}
		})
	}
}
