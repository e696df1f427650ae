package cmd

import (
	"strings"

	"github.com/tidwall/gjson"
)

// demoWidth is the width of the output of demo, in characters: that of a terminal.
const demoWidth = 80

// layOut returns JSON on few lines of at most demoWidth characters: small values share a line. A text that is longer than a line is
// cut. indent is the indentation of the line, and used the number of characters before the value.
func layOut(v gjson.Result, indent, used int) string {
	if line := cutText(v.Raw, demoWidth-1-used); !v.IsObject() || columns(v.Raw) <= demoWidth-1-used {
		return line
	}
	margin := "\n" + strings.Repeat(" ", indent+2)
	var b strings.Builder
	b.WriteString("{")
	left := 0 // characters that still fit on the line
	v.ForEach(func(key, value gjson.Result) bool {
		member := key.Raw + ": "
		member += layOut(value, indent+2, indent+2+columns(member)) + ","
		switch lines := strings.Contains(member, "\n"); {
		case b.Len() > 1 && !lines && columns(member)+1 <= left:
			b.WriteString(" " + member)
			left -= columns(member) + 1
		default:
			b.WriteString(margin + member)
			left = demoWidth - indent - 2 - columns(member)
			if lines {
				left = 0
			}
		}
		return true
	})
	return strings.TrimSuffix(b.String(), ",") + "\n" + strings.Repeat(" ", indent) + "}"
}

// cutText cuts a text with … to at most width characters. A JSON string keeps its quotes.
func cutText(text string, width int) string {
	if columns(text) <= width {
		return text
	}
	end := "…"
	if strings.HasPrefix(text, `"`) {
		end = `…"`
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
