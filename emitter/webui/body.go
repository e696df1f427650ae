package webui

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"
)

const (
	// shownBody is how much of a body a page shows, in bytes.
	shownBody = 1 << 20
	// shownSigned is how much of the signed string a page shows, and the largest body of a curl command, in bytes.
	shownSigned = 64 << 10
	// shownBinary is how much of a body that is not UTF-8 a page shows, in bytes.
	shownBinary = 4 << 10
)

// body is the body of a request or of a response, for the template.
type body struct {
	Name   string // "request" or "response"
	Size   string
	Empty  bool
	Pretty []token // nil if the body is not JSON
	Text   string  // as it was sent, or a hex dump
	Binary bool
	Cut    string // the note that a part is not shown; "" if all is shown
	Raw    string // the URL of all bytes; "" if there is none
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
		complete := false
		if b.Pretty, complete = pretty(content, 2*shownBody); !complete {
			b.Pretty = nil
		}
	}
	return b
}

func (b *body) cut(shown, all int) {
	if shown < all {
		b.Cut = cutNote(shown, all)
	}
}

func cutNote(shown, all int) string {
	return fmt.Sprintf("The first %s of %s are shown.", text.ByteSize(shown), text.ByteSize(all))
}

// clip returns the first bytes of a text, without a part of a character at the end, and how many bytes are left.
func clip(content []byte, limit int) (text string, left int) {
	if len(content) <= limit {
		return string(content), 0
	}
	for limit > 0 && !utf8.RuneStart(content[limit]) {
		limit--
	}
	return string(content[:limit]), len(content) - limit
}
