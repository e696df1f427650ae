package report_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"artihook/scenarios/report"
)

// FuzzText checks that no text of a receiver reaches the terminal as a control sequence.
func FuzzText(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	color := regexp.MustCompile("\x1b\\[\\d+m")
	f.Fuzz(func(t *testing.T, text string) {
		r := everywhere(text)
		var b bytes.Buffer
		for _, opt := range []report.TextOptions{{}, {Color: true}} {
			b.Reset()
			if err := report.WriteText(&b, r, opt); err != nil {
				t.Fatal(err)
			}
			if err := report.WriteSuiteText(&b, &r.Suites[1], opt); err != nil {
				t.Fatal(err)
			}
			got := b.String()
			if opt.Color {
				got = color.ReplaceAllString(got, "")
			}
			if i := strings.IndexFunc(got, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
				t.Fatalf("a control character at %d: %q", i, got)
			}
		}
	})
}
