package check

import (
	"strings"
	"testing"

	"artihook/emitter/payload"
)

// TestFindLoss checks which outputs of a probe have an answer, and what is said about those that do not.
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
		{"question marks", text("yes 👍"), `{"x":"yes ?"}`, true, "utf8mb4"},
		{"Latin-1", text("Zoë"), `{"x":"ZoÃ«"}`, true, "Latin-1"},
		{"number for text", text("00420"), `{"x":420}`, true, "as a number"},
		{"cut", text(strings.Repeat("0123456789", 40)), `{"x":"` + strings.Repeat("0123456789", 25) + `"}`, true, "cut short"},
		{"trimmed", text("  two spaces  "), `{"x":"two spaces"}`, true, "without the spaces"},
		{"object", moment, `{"x":"[object Object]"}`, true, "an object"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := &payload.Event{Lead: payload.Lead{Data: []payload.Answer{tt.answer}}}
			got := findLoss(readProbed(tt.output), e)
			if lost := got != (loss{}); lost != tt.lost || !strings.Contains(got.how, tt.how) || tt.how == "" && got.how != "" {
				t.Errorf("got %+v", got)
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
		if got := findLoss(readProbed(output), e); (got != loss{}) != lost {
			t.Errorf("%.40s: got %+v", output, got)
		}
	}
}
