package traffic

import (
	"strings"
	"testing"
	"time"
)

func TestThresholds(t *testing.T) {
	t.Parallel()
	r := &LoadReport{Requests: 1000, Errors: 10, Took: 2 * time.Second, Latency: Quantiles{P50: 10 * time.Millisecond, P99: 200 * time.Millisecond, Max: time.Second}, Late: Quantiles{P99: time.Millisecond}}
	for text, want := range map[string]bool{
		"p99<200ms": false, "p99<=200ms": true, "p99 < 0.3s": true, "p50<11ms": true, "max<1s": false, "late<2ms": true,
		"errors<1%": false, "errors<=1%": true, "errors<11": true, "errors>9": true,
		"rate>499/s": true, "rate>500/s": false, "rate>=30000/m": true, "requests>=1000": true,
		"p99<200ms,errors<=1%": false, "p50<1s, errors<=1% ,rate>450/s": true,
	} {
		list, err := ParseThresholds(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := r.Judge(list); got != want || len(r.Thresholds) != strings.Count(text, ",")+1 {
			t.Errorf("%s: got %v: %+v", text, got, r.Thresholds)
		}
	}
	for text, want := range map[string]string{
		"": "want a condition", "p99": "want a condition", "p98<1s": "unknown metric", "p99<200": "not a duration", "p99<-1s": "not a duration",
		"errors<x%": "not a percentage", "errors<101%": "not a percentage", "errors<x": "not a number", "rate>max": "not a rate", "p99<1s,": "want a condition",
		"p99=1s": "want a condition", "requests>NaN": "not a number",
	} {
		if list, err := ParseThresholds(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %+v, %v", text, list, err)
		}
	}
}

func FuzzParseThresholds(f *testing.F) {
	f.Add("p99<200ms,errors<1%,rate>450/s")
	f.Fuzz(func(t *testing.T, s string) {
		list, err := ParseThresholds(s)
		if err != nil {
			return
		}
		r := &LoadReport{}
		r.Judge(list)
		for _, v := range r.Thresholds {
			if again, err := ParseThresholds(v.Text); err != nil || again[0].Limit != v.Limit || v.Shown() == "" {
				t.Errorf("%q: %q is parsed as %+v, %v", s, v.Text, again, err)
			}
		}
	})
}
