package check

import (
	"slices"
	"strings"
	"testing"

	"artihook/emitter/payload"
	"artihook/emitter/receiver/receivertest"
	"artihook/scenarios/report"
)

// TestFindLoss checks the outputs of a probe that contain an answer, and the reasons for those that do not.
func TestFindLoss(t *testing.T) {
	t.Parallel()
	text := func(s string) payload.Answer { return payload.Answer{Input: s, Display: s, Value: payload.Text(s)} }
	day, err := payload.ParseDateTime("2026-07-28T09:31:00Z")
	if err != nil {
		t.Fatal(err)
	}
	moment := payload.Answer{Input: "7/28/26 9:31:00 AM", Display: "7/28/26", Value: payload.Moment{DateTime: day, Grain: "day"}}
	tests := []struct {
		name   string
		answer payload.Answer
		output string
		lost   bool
		how    string // a part of it
	}{
		{"text", text("plain"), "7|plain|0", false, ""},
		{"JSON", text("a\"b\nc é"), `{"answers":{"x":"a\"b\nc \u00e9"}}`, false, ""},
		{"JSON lines", text("two"), "{\"n\":1}\n{\"x\":\"two\"}\n", false, ""},
		{"JSON in JSON", text(`say "hi"`), `{"body":"{\"value\":\"say \\\"hi\\\"\"}"}`, false, ""},
		{"JSON in a table", text("a\nb"), `7|{"x":"a\nb"}|0`, false, ""},
		{"CSV", text(`say "hi"`), `7,"say ""hi""",0`, false, ""},
		{"page", text("a < b & c"), "<!DOCTYPE html><p>a &lt; b &amp; c</p>", false, ""},
		{"blank", text("  "), "{}", false, ""},
		{"number", payload.Answer{Input: "1,250", Display: "1,250", Value: payload.Number(1250)}, `{"x":1250.0}`, false, ""},
		{"day", moment, `{"x":{"date_time":"2026-07-28T09:31:00Z"}}`, false, ""},
		{"custom null", payload.Answer{Input: "x", Value: payload.Raw("null")}, `{"x":null}`, false, ""},
		{"missing", text("plain"), `{"x":"other"}`, true, ""},
		{"entities in JSON", text("a < b & c"), `{"x":"a &lt; b &amp; c"}`, true, "HTML entities"},
		{"entities in a page", text("a < b"), "<html>a &amp;lt; b</html>", true, "HTML entities"},
		{"question marks", text("yes 👍"), `{"x":"yes ?"}`, true, "with ? in place"},
		{"Latin-1", text("Zoë"), `{"x":"ZoÃ«"}`, true, "Latin-1"},
		{"number for text", text("00420"), `{"x":420}`, true, "as a number"},
		{"cut", text(strings.Repeat("0123456789", 40)), `{"x":"` + strings.Repeat("0123456789", 25) + `"}`, true, "cut short"},
		{"trimmed", text("  two spaces  "), `{"x":"two spaces"}`, true, "without the white space"},
		{"upper case", text("Zoë Zimmer"), `{"x":"ZOË ZIMMER"}`, true, "in upper case"},
		{"lower case", text("McDonald"), `{"x":"mcdonald"}`, true, "in lower case"},
		{"no accents", text("zoë"), `{"x":"zoe"}`, true, "without its accents"},
		{"ASCII only", text("zoë née"), `{"x":"zo ne"}`, true, "not ASCII"},
		{"question marks of UTF-16", text("yes 👍"), `{"x":"yes ??"}`, true, "with ? in place"},
		{"cut after 8", text("plain text"), `{"x":"plain te"}`, true, "cut short"},
		{"cut with dots", text("a long plain text"), `{"x":"a long…"}`, true, "cut short"},
		{"one line", text("a\r\n\tb"), `{"x":"a b"}`, true, "white space replaced"},
		{"quotes of a web page", text(`conan o'brien`), `{"x":"conan o’brien"}`, true, "typographic quotes"},
		{"part of a URL", text("x < y!"), `{"x":"x%20%3C%20y!"}`, true, "percent escapes"},
		{"plus sign", text("+1 202"), `{"x":" 1 202"}`, true, "plus sign"},
		{"JSON string", text("a\nzoë"), `{"x":"a\\nzo\\u00eb"}`, true, "JSON string"},
		{"formula", text("=1+2"), `{"x":"'=1+2"}`, true, "apostrophe"},
		{"apostrophe of the visitor", text("'=1+2"), `{"x":"'=1+2"}`, false, ""},
		{"object", moment, `{"x":"[object Object]"}`, true, "an object"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := &payload.Event{Lead: payload.Lead{Data: []payload.Answer{tt.answer}}}
			got := findLoss(readProbed(tt.output), e)
			if lost := !got.none(); lost != tt.lost || !strings.Contains(got.how(), tt.how) || tt.how == "" && got.how() != "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestOneDamage checks that an effect on every text is one failure: it is the cause of the cases after the first one.
func TestOneDamage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		mistake receivertest.Misbehavior
		only    []string
		cause   string
	}{
		{receivertest.StoresUpperCase, []string{"body-one-answer", "body-unicode", "life-twice"}, "the text is stored in upper case"},
		{receivertest.StoresLowerCase, []string{"body-mixed-case", "body-date-like"}, "the text is stored in lower case"},
		{receivertest.Stores20, []string{"body-unicode", "body-newline", "body-long-answer"}, "the text is stored cut short"},
		{receivertest.StoresHTML, []string{"body-html-characters", "body-backslash-quote"}, "the text is stored with HTML entities"},
		{receivertest.StoresASCII, []string{"body-unicode", "body-email-unicode"}, "the text is stored with ? in place of characters"},
		{receivertest.DropsAfterError, []string{"body-day-before-1970", "body-leap-day"}, "the receiver responds 2xx with an error"},
	}
	for _, tt := range tests {
		t.Run(string(tt.mistake), func(t *testing.T) {
			t.Parallel()
			results, _ := exam{mistakes: []receivertest.Misbehavior{tt.mistake}, only: tt.only}.run(t)
			for i := range results {
				switch r := &results[i]; {
				case i == 0 && (r.Outcome != report.Failed || r.Hint != tt.cause):
					t.Errorf("%s: %s, %s", r.Case.ID, r.Outcome, r.Hint)
				case i > 0 && (r.Outcome != report.Inconclusive || r.Reason != tt.cause+" since "+tt.only[0]) && !slices.Contains(r.Case.needs, tt.only[0]):
					t.Errorf("%s: %s, %s", r.Case.ID, r.Outcome, r.Reason)
				}
			}
		})
	}
}

// TestCutMeta checks that a page URL which the probe shows in part is a loss, and one that it does not show is none.
func TestCutMeta(t *testing.T) {
	t.Parallel()
	page := "https://check.example/?q=" + strings.Repeat("0123456789", 40)
	e := &payload.Event{Meta: payload.Meta{ChatStartPage: page}}
	for output, lost := range map[string]bool{page: false, page[:255]: true, "no page": false} {
		if got := findLoss(readProbed(output), e); got.none() == lost {
			t.Errorf("%.40s: got %+v", output, got)
		}
	}
}
