package webui

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"
)

const (
	// shownBody is how much of a body, or of what was signed, stands on a page; the rest is behind a link.
	shownBody = 64 << 10
	// shownBinary is the same for bytes that are no text.
	shownBinary = 4 << 10
)

// body is the body of a request or of a response, ready for a page.
type body struct {
	Name   string // tells the bodies of one page apart: "request" or "response"
	Size   string
	Empty  bool
	Pretty []token // nil for what is no JSON
	Text   string  // as it came, or a hex dump
	Binary bool
	Cut    string // what is said of the part that is not shown; "" when all is
	Raw    string // where the bytes are; "" when they are nowhere but here
}

func newBody(name string, content []byte, raw string) body {
	b := body{Name: name, Size: text.ByteSize(len(content)), Empty: len(content) == 0, Raw: raw}
	if !utf8.Valid(content) {
		shown := content[:min(len(content), shownBinary)]
		b.Text, b.Binary = strings.TrimSuffix(hex.Dump(shown), "\n"), true
		b.cut(len(shown), len(content))
		return b
	}
	text, left := clip(content, shownBody)
	b.Text = text
	b.cut(len(content)-left, len(content))
	if left == 0 {
		whole := false
		if b.Pretty, whole = pretty(content, 2*shownBody); !whole {
			b.Pretty = nil
		}
	}
	return b
}

func (b *body) cut(shown, all int) {
	if shown < all {
		b.Cut = fmt.Sprintf("Shown are the first %s of %s.", text.ByteSize(shown), text.ByteSize(all))
	}
}

// clip gives the first bytes of a text, whole characters only, and how many are left over.
func clip(content []byte, limit int) (text string, left int) {
	if len(content) <= limit {
		return string(content), 0
	}
	for limit > 0 && !utf8.RuneStart(content[limit]) {
		limit--
	}
	return string(content[:limit]), len(content) - limit
}
