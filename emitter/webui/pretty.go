package webui

import (
	"bytes"
	"encoding/json"
	"strings"
)

// token is a piece of pretty-printed JSON of one kind: "key", "string", "number", "word", or "" for marks and space.
type token struct{ Kind, Text string }

// maxDepth is how far lines are indented; deeper ones stay there.
const maxDepth = 30

// pretty lays JSON out over lines, at most about limit bytes of it. Keys, numbers and strings keep their order and
// spelling. It gives nil for what is no JSON; whole is false where it was cut.
func pretty(text []byte, limit int) (tokens []token, whole bool) {
	if !json.Valid(text) {
		return nil, false
	}
	p := printer{left: limit}
	for i := 0; i < len(text) && p.left > 0; {
		i += p.next(text[i:])
	}
	return p.tokens, p.left > 0
}

type printer struct {
	tokens []token
	depth  int
	left   int // bytes that may still be written
}

// next writes the token at the start of valid JSON and tells its length.
func (p *printer) next(text []byte) int {
	switch c := text[0]; c {
	case ' ', '\t', '\r', '\n':
		return 1
	case '{', '[':
		return p.open(text)
	case '}', ']':
		p.depth--
		p.line()
		p.add("", string(c))
		return 1
	case ',':
		p.add("", ",")
		p.line()
		return 1
	case ':':
		p.add("", ": ")
		return 1
	case '"':
		n := stringLength(text)
		kind := "string"
		if rest := bytes.TrimLeft(text[n:], " \t\r\n"); len(rest) > 0 && rest[0] == ':' {
			kind = "key"
		}
		p.add(kind, string(text[:n]))
		return n
	}
	n := bytes.IndexAny(text, ",]} \t\r\n")
	if n < 0 {
		n = len(text)
	}
	kind := "number"
	if strings.IndexByte("tfn", text[0]) >= 0 {
		kind = "word"
	}
	p.add(kind, string(text[:n]))
	return n
}

// open keeps an empty object or array on its line.
func (p *printer) open(text []byte) int {
	rest := bytes.TrimLeft(text[1:], " \t\r\n")
	if rest[0] == text[0]+2 { // the bracket that closes this one, in ASCII
		p.add("", string([]byte{text[0], rest[0]}))
		return len(text) - len(rest) + 1
	}
	p.add("", string(text[:1]))
	p.depth++
	p.line()
	return 1
}

func (p *printer) line() { p.add("", "\n"+strings.Repeat("  ", min(p.depth, maxDepth))) }

// add joins marks and space into one token.
func (p *printer) add(kind, text string) {
	p.left -= len(text)
	if n := len(p.tokens); n > 0 && kind == "" && p.tokens[n-1].Kind == "" {
		p.tokens[n-1].Text += text
		return
	}
	p.tokens = append(p.tokens, token{kind, text})
}

// stringLength is that of the JSON string at the start of the text, with its quotes.
func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
