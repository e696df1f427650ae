package cmd

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// demoWidth is the width of the output of demo, in characters: that of a terminal.
const demoWidth = 80

// demoCut lists the objects of a body that demo cuts to one line.
var demoCut = []string{"location", "browser"}

// layOut returns JSON on few lines of at most demoWidth characters: small values share a line, and an object ends on the line of its
// last member. A value that is longer than a line is cut. indent is the indentation of the line, and used the number of characters
// before the value.
func layOut(v gjson.Result, indent, used int) string {
	if !v.IsObject() || columns(v.Raw) <= demoWidth-1-used {
		return cutText(v.Raw, demoWidth-1-used)
	}
	var b strings.Builder
	b.WriteString("{")
	margin := "\n" + strings.Repeat(" ", indent+2)
	line, open := 0, false // the width of the current line, and whether it accepts another member
	v.ForEach(func(key, value gjson.Result) bool {
		name := key.Raw + ": "
		begin := indent + 2 + columns(name)
		shown := cutText(value.Raw, demoWidth-1-begin)
		if !slices.Contains(demoCut, key.Str) {
			shown = layOut(value, indent+2, begin)
		}
		member, single := name+shown+",", !strings.Contains(shown, "\n")
		if open && single && line+1+columns(member) <= demoWidth {
			b.WriteString(" " + member)
			line += 1 + columns(member)
			return true
		}
		member = margin + member
		b.WriteString(member)
		line, open = columns(member[strings.LastIndexByte(member, '\n')+1:]), single
		return true
	})
	end := " }"
	if line+2 > demoWidth { // a comma may follow
		end = "\n" + strings.Repeat(" ", indent) + "}"
	}
	return strings.TrimSuffix(b.String(), ",") + end
}

// cutText cuts a text with … to at most width characters. A JSON string still ends with a quote, and an object with a brace.
func cutText(text string, width int) string {
	if columns(text) <= width {
		return text
	}
	end := "…"
	switch {
	case strings.HasPrefix(text, `"`):
		end = `…"`
	case strings.HasPrefix(text, "{"):
		end = "…}"
	}
	used, cut := columns(end), 0
	for i, r := range text {
		if used += runeColumns(r); used > width {
			break
		}
		cut = i + len(string(r))
	}
	return text[:cut] + end
}

// columns returns the width of a text on a terminal.
func columns(text string) (n int) {
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

// runeColumns returns 2 for the wide characters of East Asia, otherwise 1.
func runeColumns(r rune) int {
	if r >= 0x1100 && r != '…' {
		return 2
	}
	return 1
}
