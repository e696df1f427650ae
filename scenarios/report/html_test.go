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

func TestHTMLNeedsNoOtherFile(t *testing.T) {
	t.Parallel()
	page := output(t, report.WriteHTML, sample())
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

// TestHTMLEscapes checks that the tags and ids of the page do not depend on the texts.
func TestHTMLEscapes(t *testing.T) {
	t.Parallel()
	want := tags(output(t, report.WriteHTML, everywhere("word")))
	for _, text := range seeds {
		if text == "" {
			continue // empty text rightly has fewer tags
		}
		if diff := cmp.Diff(want, tags(output(t, report.WriteHTML, everywhere(text)))); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	want := tags(output(f, report.WriteHTML, everywhere("word")))
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		if diff := cmp.Diff(want, tags(output(t, report.WriteHTML, everywhere(text)))); diff != "" {
			t.Fatal(diff)
		}
	})
}

// tags returns the tags of a page, without those of notes. It uses no regular expression, because fuzzing calls it often.
func tags(page string) []string {
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

func TestHTMLOpensFailures(t *testing.T) {
	t.Parallel()
	page := output(t, report.WriteHTML, sample())
	depth, closed, open := 0, 0, 0
	for _, tag := range regexp.MustCompile(`<(/?details|article)[^>]*>`).FindAllString(page, -1) {
		switch {
		case strings.HasPrefix(tag, "</"):
			depth--
		case strings.HasPrefix(tag, "<details"):
			depth++
		case depth > 0:
			closed++
		default:
			open++
		}
	}
	if depth != 0 || open != 4 || closed != 4 {
		t.Errorf("%d open and %d closed exchanges, want 4 and 4; depth %d", open, closed, depth)
	}
}

func TestHTMLCutsLongBodies(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]bool{64 << 10: false, 64<<10 + 1: true} {
		r := sample()
		r.Suites[3].Steps[0].Exchanges[0].Response.Body = []byte(strings.Repeat("x", size))
		note := "cut: 65536 of " + strconv.Itoa(size) + " bytes are shown"
		if got := strings.Contains(output(t, report.WriteHTML, r), note); got != want {
			t.Errorf("%d bytes: has a note: %v, want %v", size, got, want)
		}
	}
}

func TestHTMLTitles(t *testing.T) {
	t.Parallel()
	for want, steps := range map[string][]report.Outcome{
		"No step ran":              nil,
		"1 step passed":            {report.Passed},
		"All 2 steps passed":       {report.Passed, report.Passed},
		"1 step passed, 1 skipped": {report.Passed, report.Skipped},
		"Every step was skipped":   {report.Skipped},
		"1 of 2 steps failed":      {report.Passed, report.Failed},
	} {
		var s report.Suite
		for _, o := range steps {
			s.Steps = append(s.Steps, report.Step{Outcome: o})
		}
		page := output(t, report.WriteHTML, &report.Report{Suites: []report.Suite{s}})
		if !strings.Contains(page, "<h1>"+want+"</h1>") {
			t.Errorf("%v: no %q", steps, want)
		}
	}
}
