package report_test

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"artihook/scenarios/report"
)

var tagPattern = regexp.MustCompile(`<[a-zA-Z!/][^>]*>`)

func TestHTMLNeedsNothingElse(t *testing.T) {
	t.Parallel()
	page := written(t, report.WriteHTML, sample())
	for _, tag := range tagPattern.FindAllString(page, -1) {
		if regexp.MustCompile(`(?i)<(script|link|img|iframe|object|embed|base|form|input)\b|\s(src|srcset|style|on\w+)=|<a [^>]*href="[^#]`).MatchString(tag) {
			t.Errorf("the page has %s", tag)
		}
	}
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)[1]
	if bad := regexp.MustCompile(`url\(|@import|@font-face|expression`).FindString(style); bad != "" {
		t.Errorf("the style sheet has %s", bad)
	}
	digest := sha256.Sum256([]byte(style))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) + "'; base-uri 'none'; form-action 'none'"
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if got := html.UnescapeString(policy[1]); got != want {
		t.Errorf("policy %q, want %q", got, want)
	}
}

// Text can be anything: the page has the same tags, and ids, as with plain words.
func TestHTMLEscapes(t *testing.T) {
	t.Parallel()
	want := skeleton(written(t, report.WriteHTML, wholeText("word")))
	for _, text := range seeds {
		if text == "" {
			continue // empty text rightly has fewer tags
		}
		if diff := cmp.Diff(want, skeleton(written(t, report.WriteHTML, wholeText(text)))); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	want := skeleton(written(f, report.WriteHTML, wholeText("word")))
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		if diff := cmp.Diff(want, skeleton(written(t, report.WriteHTML, wholeText(text)))); diff != "" {
			t.Fatal(diff)
		}
	})
}

// skeleton returns the tags of a page, without those of notes. It uses no regular expression, since fuzzing calls it often.
func skeleton(page string) []string {
	var tags []string
	end := "" // of the note that has begun
	for tag := range strings.SplitSeq(page, "<") {
		switch tag, _, _ := strings.Cut(tag, ">"); tag {
		case end:
			end = ""
		case `p class="note"`:
			end = "/p"
		case "em":
			end = "/em"
		default:
			tags = append(tags, tag)
		}
	}
	return tags
}

func TestHTMLShowsFailuresAtOnce(t *testing.T) {
	t.Parallel()
	page := written(t, report.WriteHTML, sample())
	depth, hidden, seen := 0, 0, 0
	for _, tag := range regexp.MustCompile(`<(/?details|article)[^>]*>`).FindAllString(page, -1) {
		switch {
		case strings.HasPrefix(tag, "</"):
			depth--
		case strings.HasPrefix(tag, "<details"):
			depth++
		case depth > 0:
			hidden++
		default:
			seen++
		}
	}
	if depth != 0 || seen != 4 || hidden != 4 {
		t.Errorf("%d exchanges at once and %d when opened, want 4 and 4; depth %d", seen, hidden, depth)
	}
}

func TestHTMLCutsLongBodies(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]bool{64 << 10: false, 64<<10 + 1: true} {
		r := sample()
		r.Suites[3].Steps[0].Exchanges[0].Response.Body = []byte(strings.Repeat("x", size))
		note := "cut: 65536 of " + strconv.Itoa(size) + " bytes are shown"
		if got := strings.Contains(written(t, report.WriteHTML, r), note); got != want {
			t.Errorf("%d bytes: a note: %v, want %v", size, got, want)
		}
	}
}

func TestHTMLTitles(t *testing.T) {
	t.Parallel()
	for want, steps := range map[string][]report.Outcome{
		"Nothing ran":              nil,
		"The one step passed":      {report.Passed},
		"All 2 steps passed":       {report.Passed, report.Passed},
		"1 step passed, 1 skipped": {report.Passed, report.Skipped},
		"Every step was skipped":   {report.Skipped},
		"1 of 2 steps failed":      {report.Passed, report.Failed},
	} {
		var s report.Suite
		for _, o := range steps {
			s.Steps = append(s.Steps, report.Step{Outcome: o})
		}
		page := written(t, report.WriteHTML, &report.Report{Suites: []report.Suite{s}})
		if !strings.Contains(page, "<h1>"+want+"</h1>") {
			t.Errorf("%v: no %q", steps, want)
		}
	}
}
