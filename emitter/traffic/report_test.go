package traffic

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
)

func testReport() *LoadReport {
	times := Quantiles{Min: time.Millisecond, Mean: 2 * time.Millisecond, P50: 2 * time.Millisecond, P90: 3 * time.Millisecond, P95: 4 * time.Millisecond, P99: 5 * time.Millisecond, P999: 6 * time.Millisecond, Max: 7 * time.Millisecond}
	r := &LoadReport{
		Started: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC), Took: 2 * time.Second, Rate: 500, Connections: 3, Leads: 90,
		Requests: 1000, Errors: 10, Sent: 2_000_000, Received: 30_000, Recorded: 10, Latency: times, Service: times,
		Statuses: map[int]uint64{204: 990, 503: 8}, Failures: map[string]Failure{"timeout": {2, "no response within <30s> & more"}},
		Events:  []EventReport{{"lead:created", 90, 1, times}, {"lead:updated", 910, 9, times}},
		Series:  []Point{{At: time.Second, Took: time.Second, Requests: 500, P50: time.Millisecond, P99: time.Second}, {At: 2 * time.Second, Took: time.Second, Requests: 500, Errors: 10}},
		Buckets: []Bucket{{0, time.Millisecond, 10}, {time.Millisecond, 2 * time.Millisecond, 990}},
	}
	list, err := ParseThresholds("p99<200ms,errors<0.5%")
	if err != nil {
		panic(err)
	}
	r.Judge(list)
	return r
}

func TestReportText(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := testReport().WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"requests  1000 in 2s: 500.0/s, 90 leads, 3 connections\n", "errors    10 (1.00%)\n", "responses 204: 990, 503: 8, timeout: 2\n",
		"timeout: no response within <30s>", "2.0 MB sent, 30.0 KB received", "latency  2ms  3ms  5ms    6ms  7ms\n", "lead:updated       910       9",
		" 2ms  ████████████████████████████████████████ 990 (99.00%)\n", "   2s  500.0/s      10", "met     p99<200ms (5ms)\n", "missed  errors<0.5% (1.00%)\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
	b.Reset()
	if err := new(LoadReport).WriteText(&b); err != nil || !strings.Contains(b.String(), "responses none") {
		t.Errorf("an empty report: %v\n%s", err, &b)
	}
}

func TestReportHeadline(t *testing.T) {
	t.Parallel()
	if got, want := testReport().Headline(), "1000 requests, 500.0/s, 10 errors (1.00%), p99 5ms"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestReportHTML looks for references to other files and for text that is not escaped.
func TestReportHTML(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*LoadReport{"full": testReport(), "empty": {}} {
		var b strings.Builder
		if err := r.WriteHTML(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		page := b.String()
		if found := regexp.MustCompile(`(?i)https?://|src=|<script|<link|@import|url\(|<30s>|NaN|ZgotmplZ`).FindString(page); found != "" {
			t.Errorf("%s: the page has %q", name, found)
		}
		if name == "full" && (!strings.Contains(page, "threshold") || strings.Count(page, "<svg") != 4 || strings.Count(page, "<polyline") != 5 || !strings.Contains(page, `</i> missed</span>`)) {
			t.Errorf("a part of the page is missing:\n%s", page)
		}
	}
}

func TestReportJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(testReport())
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"requests":1000,"rate":500,"errors":10,"latency_ms":{"p50":2,"p90":3,"p99":5,"p999":6,"max":7,`; !strings.HasPrefix(string(text), want) {
		t.Errorf("got %s", text)
	}
	for _, want := range []string{
		`"bytes":2030000,"duration_s":2,`, `"statuses":{"204":990,"503":8}`, `"timeout":{"count":2,`, `"lead:created":{"requests":90,"errors":1,`,
		`{"threshold":"p99\u003c200ms","got":5,"ok":true}`, `{"from_ms":1,"to_ms":2,"count":990}`, `"target_rate":"500/s"`,
		`{"at_s":2,"rate":500,"requests":500,"errors":10,`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if text, err = json.Marshal(&LoadReport{}); err != nil || !strings.Contains(string(text), `"series":[]`) {
		t.Errorf("an empty report: %s, %v", text, err)
	}
}
