package check

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"artihook/scenarios/report"
)

func TestBaseline(t *testing.T) {
	t.Parallel()
	result := func(id string, o report.Outcome) Result { return Result{Case: Case{ID: id, Level: Must}, Outcome: o} }
	first := []Result{
		result("http-get", report.Failed), result("http-cut", report.Failed), result("http-head", report.Inconclusive), result("http-in-time", report.Passed),
		result("http-no-html", report.Inconclusive), result("http-no-echo", report.Failed),
	}
	var file bytes.Buffer
	if err := NewBaseline(first, "artihook 1", "http://u:secret@localhost/").Write(&file); err != nil {
		t.Fatal(err)
	}
	b, err := ReadBaseline(&file)
	if err != nil {
		t.Fatal(err)
	}
	second := []Result{
		result("http-get", report.Failed), result("http-cut", report.Passed), result("http-head", report.Failed), result("http-in-time", report.Failed),
		result("http-no-html", report.Inconclusive), result("http-no-echo", report.Inconclusive), result("http-keep-alive", report.Inconclusive),
	}
	var fails []string
	for i := range second {
		if b.Mark(&second[i]); second[i].Fails(true) {
			fails = append(fails, second[i].Case.ID)
		}
	}
	added, fixed := b.Compare(second)
	if diff := cmp.Diff([]string{"http-head", "http-in-time", "http-keep-alive"}, fails); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"http-head", "http-in-time", "http-keep-alive"}, added); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"http-cut"}, fixed); diff != "" {
		t.Error(diff)
	}
}

func TestReadBaselineRejects(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``: "not a baseline", `[]`: "not a baseline", `{}`: "not a baseline", `{"schema_version":2,"cases":{}}`: "schema_version is 2",
		strings.Repeat(" ", maxBaseline+1): "larger than",
	} {
		if _, err := ReadBaseline(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: got %v", text, err)
		}
	}
}
