package webui

import (
	"bytes"
	"encoding/json"
	"strings"
)

// token is a part of formatted JSON. Its kind is "key", "string", "number", "word", or "" for punctuation and white space.
type token struct{ Kind, Text string }

// maxDepth is the maximum indentation, in levels.
const maxDepth = 30

// pretty formats JSON with line breaks and indentation. It does not change keys, numbers and strings. It stops after about
// limit bytes, and complete is false then. It returns nil if the text is not JSON.
func pretty(text []byte, limit int) (tokens []token, complete bool) {
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
	left   int // until the limit, in bytes
}

// next adds the token at the start of valid JSON and returns its length.
func (p *printer) next(text []byte) int {
	switch c := text[0]; c {
	case ' ', '\t', '\r', '\n':
		return 1
	case '{', '[':
		return p.open(text)
	case '}', ']':
		p.depth--
		p.newLine()
		p.add("", string(c))
		return 1
	case ',':
		p.add("", ",")
		p.newLine()
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

// open begins an object or array. An empty one is on one line.
func (p *printer) open(text []byte) int {
	rest := bytes.TrimLeft(text[1:], " \t\r\n")
	if rest[0] == text[0]+2 { // the bracket that closes this one, in ASCII
		p.add("", string([]byte{text[0], rest[0]}))
		return len(text) - len(rest) + 1
	}
	p.add("", string(text[:1]))
	p.depth++
	p.newLine()
	return 1
}

func (p *printer) newLine() { p.add("", "\n"+strings.Repeat("  ", min(p.depth, maxDepth))) }

// maxJoined is the length of a token to which more punctuation is added, in bytes. A longer one would be copied too often.
const maxJoined = 4 << 10

// add adds a token. Adjacent punctuation and white space become one token.
func (p *printer) add(kind, text string) {
	p.left -= len(text)
	if n := len(p.tokens); n > 0 && kind == "" && p.tokens[n-1].Kind == "" && len(p.tokens[n-1].Text) < maxJoined {
		p.tokens[n-1].Text += text
		return
	}
	p.tokens = append(p.tokens, token{kind, text})
}

// stringLength returns the length of the JSON string at the start of the text, with its quotes.
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
