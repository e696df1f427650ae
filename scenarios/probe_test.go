package scenarios

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"artihook/scenarios/format"

	"github.com/google/go-cmp/cmp"
)

// TestProbeRepeats checks that a probe is repeated until the system has the lead.
func TestProbeRepeats(t *testing.T) {
	t.Parallel()
	c := startCRM(t, testSecret)
	var requests atomic.Int32
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) < 3 {
			http.NotFound(w, r)
		}
	}))
	defer own.Close()
	rep, err := Run(t.Context(), []*format.File{parseSteps(t, "steps: [{start: {}}, {probe: {get: '"+own.URL+"/leads/${lead}', for: 1m, every: 1ms}}]")}, c.options(t))
	if err != nil || requests.Load() != 3 {
		t.Errorf("%d requests: %v, %v", requests.Load(), outcomes(rep), err)
	}
	rep, err = Run(t.Context(), []*format.File{parseSteps(t, "steps: [{probe: {get: '"+own.URL+"', for: 10ms, every: 1ms}, expect: {status: 500}}]")}, c.options(t))
	if diff := cmp.Diff([]string{"fail probe " + own.URL + " | status: 200, not 500"}, outcomes(rep)); diff != "" || err != nil {
		t.Error(err, diff)
	}
}
