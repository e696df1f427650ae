package htmlreport_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"artihook/emitter/htmlreport"
)

const content = `{{define "summary"}}<p>{{.}}</p>{{end}}{{define "content"}}<p>{{visible .}}</p>{{end}}`

func TestHeader(t *testing.T) {
	t.Parallel()
	full := htmlreport.Header{
		Verdict: "1 of 2 cases failed", Outcome: "fail", Command: "check", Tool: "artihook 1.2", Target: "http://<localhost>\x1b/", Seed: "7",
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)), Took: 1500 * time.Millisecond,
	}
	tag := regexp.MustCompile(`<[^>]*>\n?`)
	for want, h := range map[string]htmlreport.Header{
		`artihook check|1 of 2 cases failed|Target|http://&lt;localhost&gt;\x1b/|Started|2 January 2026, 02:04:05 UTC|Duration|1.5s|Seed|7|Version|artihook 1.2|data|data`: full,
		`artihook|No step ran|Duration|0s|data|data`: {Verdict: "No step ran"},
	} {
		var b strings.Builder
		if err := htmlreport.Write(&b, h, htmlreport.Content{Template: content, Data: "data", Style: "p{color:red}"}); err != nil {
			t.Fatal(err)
		}
		_, main, _ := strings.Cut(b.String(), "<main>")
		words := strings.FieldsFunc(tag.ReplaceAllString(main, "|"), func(r rune) bool { return r == '|' || r == '\n' })
		if got := strings.Join(words, "|"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if !strings.HasPrefix(b.String(), "<!doctype html>\n") || !strings.Contains(b.String(), "p{color:red}</style>") {
			t.Error("no doctype, or no style")
		}
	}
}

func TestInvalidTemplate(t *testing.T) {
	t.Parallel()
	if err := htmlreport.Write(new(strings.Builder), htmlreport.Header{}, htmlreport.Content{Template: `{{define "content"}}{{unknown}}{{end}}`}); err == nil {
		t.Error("no error")
	}
}
