package exchange

import (
	"errors"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"
)

var fetchStart = text.Regexp(`^(?:(?:const|let|var) +\w+ *= *)?(?:return +)?(?:await +)?(?:window\.)?fetch\(`)

// isFetch recognises a fetch call of JavaScript, as browsers copy it.
func isFetch(in *input) bool {
	for line := range strings.SplitSeq(in.text[:min(len(in.text), 64<<10)], "\n") {
		if !isComment(line) {
			return fetchStart().MatchString(strings.TrimSpace(line))
		}
	}
	return false
}

// readFetch reads fetch("URL", { … }). Only values that are written as text are known.
func readFetch(in *input) ([]Recording, error) {
	var list []Recording
	s := script{text: in.text, line: 1}
	for {
		at := strings.Index(s.rest(), "fetch(")
		if at < 0 {
			break
		}
		s.skip(at + len("fetch("))
		r, err := s.fetch()
		if err != nil {
			return nil, atLine(s.line, err)
		}
		list = append(list, r)
	}
	if len(list) == 0 {
		return nil, errors.New("it has no fetch call; paste the whole call")
	}
	return list, nil
}

// script is a text of JavaScript that is being read.
type script struct {
	text  string
	at    int
	line  int
	depth int
}

func (s *script) rest() string { return s.text[s.at:] }

func (s *script) skip(n int) {
	s.line += strings.Count(s.text[s.at:s.at+n], "\n")
	s.at += n
}

// space skips white space and comments.
func (s *script) space() {
	for {
		rest := s.rest()
		s.skip(len(rest) - len(strings.TrimLeft(rest, " \t\r\n")))
		rest = s.rest()
		end := ""
		switch {
		case strings.HasPrefix(rest, "//"):
			end = "\n"
		case strings.HasPrefix(rest, "/*"):
			end = "*/"
		default:
			return
		}
		comment, _, _ := strings.Cut(rest[2:], end)
		s.skip(min(2+len(comment)+len(end), len(rest)))
	}
}

// fetch reads the arguments of a call.
func (s *script) fetch() (Recording, error) {
	r := Recording{Request: Request{Method: "GET"}}
	url, err := s.value()
	if err != nil {
		return r, err
	}
	if !url.known {
		return r, errors.New("its URL is an expression; replace it by its text")
	}
	r.URL = url.text
	s.space()
	if !strings.HasPrefix(s.rest(), ",") {
		return r, nil
	}
	s.skip(1)
	options, err := s.value()
	if err != nil {
		return r, err
	}
	for _, o := range options.fields {
		switch {
		case o.name == "method":
			r.Request.Method = strings.ToUpper(o.value.text)
		case o.name == "headers":
			for _, h := range o.value.fields {
				r.addHeader(h.name, h.value.text)
			}
		case o.name == "body" && !o.value.known:
			return r, errorAt(o.value.line, "its body is an expression; replace it by the text that was sent")
		case o.name == "body":
			r.Request.Body = []byte(o.value.text)
		}
	}
	return r, nil
}

// scriptValue is a value of JavaScript: a text, or an object with its fields in order. known is false for an expression.
type scriptValue struct {
	text   string
	fields []scriptField
	known  bool
	line   int
}

type scriptField struct {
	name  string
	value scriptValue
}

// value reads a value. It skips an expression up to the comma or bracket that ends it.
func (s *script) value() (v scriptValue, err error) {
	if s.depth++; s.depth > maxNesting {
		return v, errorAt(s.line, "more than %d values within each other", maxNesting)
	}
	defer func() { s.depth-- }()
	s.space()
	v.line = s.line
	rest := s.rest()
	switch {
	case rest == "":
		return v, errorAt(s.line, "the call ends too early; paste the whole call")
	case rest[0] == '"' || rest[0] == '\'' || rest[0] == '`':
		v.text, err = s.quoted()
		v.known = err == nil
		if s.space(); strings.HasPrefix(s.rest(), "+") || strings.HasPrefix(s.rest(), ".") {
			v.known = false
		}
	case rest[0] == '{':
		v.fields, err = s.object()
		v.known = err == nil
		v.text = "[object Object]"
	case strings.HasPrefix(rest, "null") || strings.HasPrefix(rest, "undefined"):
		v.known = true
	case strings.HasPrefix(rest, "new Headers("):
		s.skip(len("new Headers("))
		if v, err = s.value(); strings.HasPrefix(s.rest(), ")") {
			s.skip(1)
		}
	}
	if err != nil {
		return v, err
	}
	return v, s.expression()
}

// expression skips the rest of an expression.
func (s *script) expression() error {
	open := 0
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '"' || c == '\'' || c == '`':
			if _, err := s.quoted(); err != nil {
				return err
			}
			continue
		case strings.IndexByte("({[", c) >= 0:
			open++
		case open == 0 && strings.IndexByte(",)}]", c) >= 0:
			return nil
		case strings.IndexByte(")}]", c) >= 0:
			open--
		}
		s.skip(1)
	}
	return nil
}

// object reads { name: value, … }.
func (s *script) object() ([]scriptField, error) {
	opened := s.line
	s.skip(1)
	fields := []scriptField{}
	for {
		s.space()
		rest := s.rest()
		switch {
		case rest == "":
			return nil, errorAt(opened, "the brace { is never closed; paste the whole call")
		case rest[0] == '}':
			s.skip(1)
			return fields, nil
		case rest[0] == ',':
			s.skip(1)
			continue
		}
		name, err := s.name()
		if err != nil {
			return nil, err
		}
		s.space()
		if !strings.HasPrefix(s.rest(), ":") { // {body} is the value of a variable
			fields = append(fields, scriptField{name, scriptValue{line: s.line}})
			if err := s.expression(); err != nil {
				return nil, err
			}
			if next := s.rest(); next != "" && next[0] != ',' && next[0] != '}' {
				return nil, errorAt(s.line, "want name: value within { }")
			}
			continue
		}
		s.skip(1)
		value, err := s.value()
		if err != nil {
			return nil, err
		}
		if next := s.rest(); next != "" && next[0] != ',' && next[0] != '}' {
			return nil, errorAt(s.line, "the value of %q does not end with a comma or }", shorten(name))
		}
		fields = append(fields, scriptField{name, value})
	}
}

// name reads the name of a field.
func (s *script) name() (string, error) {
	rest := s.rest()
	if rest[0] == '"' || rest[0] == '\'' {
		return s.quoted()
	}
	end := strings.IndexAny(rest, ":,} \t\r\n(")
	if end <= 0 {
		return "", errorAt(s.line, "want name: value within { }")
	}
	s.skip(end)
	return rest[:end], nil
}

// quoted reads a text in quotes. A template with an expression is not known.
func (s *script) quoted() (string, error) {
	opened, quote := s.line, s.text[s.at]
	s.skip(1)
	var out []byte
	for s.at < len(s.text) {
		rest := s.rest()
		switch {
		case rest[0] == quote:
			s.skip(1)
			return string(out), nil
		case rest[0] == '\n' && quote != '`':
			return "", errorAt(opened, "the quote %c is never closed; paste the whole call", quote)
		case quote == '`' && strings.HasPrefix(rest, "${"):
			return "", errorAt(s.line, "it uses ${…}; replace it by its text")
		case rest[0] == '\\' && len(rest) > 1:
			text, n := scriptEscape(rest[1:])
			out = append(out, text...)
			s.skip(1 + n)
		default:
			out = append(out, rest[0])
			s.skip(1)
		}
	}
	return "", errorAt(opened, "the quote %c is never closed; paste the whole call", quote)
}

// scriptEscape returns the text of an escape of JavaScript after its backslash, and its length.
func scriptEscape(s string) (string, int) {
	switch {
	case s[0] == '\n':
		return "", 1
	case s[0] == '0' && (len(s) == 1 || s[1] < '0' || s[1] > '9'):
		return "\x00", 1
	case s[0] == 'x':
		if v, n := number(s[1:], 16, 2); n == 2 {
			return string(v), 3
		}
	case strings.HasPrefix(s, "u{"):
		if v, n := number(s[2:], 16, 6); n > 0 && strings.HasPrefix(s[2+n:], "}") {
			return string(v), 3 + n
		}
	case s[0] == 'u', strings.IndexByte("bfnrtv", s[0]) >= 0:
		return escape(s)
	}
	_, n := utf8.DecodeRuneInString(s)
	return s[:n], n
}
