package format

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"artihook/emitter/payload"
)

// Recorder writes a scenario from bodies: for each, a step that sends the same bytes with a new signature. The file is
// complete after every step.
type Recorder struct {
	W     io.Writer // gets the file
	Name  string    // of the scenario
	Steps int       // recorded so far
}

// Add writes a step that sends the body.
func (r *Recorder) Add(body []byte) error {
	var b strings.Builder
	if r.Steps == 0 {
		fmt.Fprintf(&b, "name: %s\nsteps:\n", caption(r.Name))
	}
	name := "a body"
	if s := payload.Summarize(body); s.Event != "" {
		name = fmt.Sprintf("%s v%d of %s", s.Event, s.Version, s.Lead)
	}
	fmt.Fprintf(&b, "  - name: %s\n    send:\n", caption(name))
	if text := string(body); plain(text) {
		fmt.Fprintf(&b, "      body: %s\n", quoted(strings.ReplaceAll(text, "${", "$${")))
	} else {
		fmt.Fprintf(&b, "      base64: %q\n", base64.StdEncoding.EncodeToString(body))
	}
	if _, err := io.WriteString(r.W, b.String()); err != nil {
		return fmt.Errorf("recording a scenario: %w", err)
	}
	r.Steps++
	return nil
}

// caption returns a name as a quoted YAML scalar. It replaces brackets, which may not be balanced, and characters that a
// line of YAML cannot contain.
func caption(name string) string {
	printable := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r != ' ' && !unicode.IsPrint(r) || strings.ContainsRune("[]{}", r) {
			return '?'
		}
		return r
	}, name)
	return quoted(strings.ReplaceAll(printable, "${", "$ {"))
}

// quoted returns a plain text as a single-quoted YAML scalar, in which only the quote itself is special.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// plain reports whether a text can be written as a quoted scalar on one line. The check of yamlfile counts brackets in texts
// too, so unclosed ones would add up in a long recording.
func plain(text string) bool {
	if deepest, open := nesting([]byte(text)); deepest > maxNesting || open > 0 {
		return false
	}
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) })
}

// nesting returns how deep brackets are nested, in texts too, and how many are open at the end.
func nesting(data []byte) (deepest, depth int) {
	for _, b := range data {
		switch b {
		case '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return deepest, depth
}

// maxNesting is the limit of yamlfile for nested brackets.
const maxNesting = 100
