package exchange

import (
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"
)

// command is one command of a shell.
type command struct {
	words []word
	stdin *word // of a here-document or a here-string; nil if there is none
	piped bool  // stdin is the output of the command before it
	file  string
}

// word is an argument after the shell has removed its quotes. problem is why its value is unknown; "" if it is known.
type word struct {
	text    string
	line    int
	problem string
}

const expands = "it uses a variable or the output of another command; replace it by its value"

// splitPOSIX splits a command line or a script into its commands, as a POSIX shell with the extensions of bash does. It expands
// and runs nothing. Commands in parentheses and behind && are commands like any other.
//
// The parser of mvdan.cc/sh/v3/syntax would parse all POSIX commands of testdata/read/curl.txtar too. It is not used: a million
// opening parentheses overflow its stack and end the process, so that the nesting of a text must be bounded before. The escapes of
// printf, the problem of each word and spaces after a backslash would still need code of our own. The parser adds 0.8 MB to a program
// and 0.1 ms to its start.
func splitPOSIX(text string) ([]command, error) {
	s := shell{text: strings.ReplaceAll(text, "\r\n", "\n"), line: 1}
	for s.at < len(s.text) {
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	s.endWord()
	s.endCommand(false)
	return s.commands, nil
}

// shell is a text that is being split.
type shell struct {
	text string
	at   int
	line int

	commands []command
	now      command // the command that is being read
	piped    bool    // it reads the output of the one before

	inWord  bool
	word    []byte // without quotes
	bare    []byte // the same with a space for each quoted character
	begun   int    // the line of the word
	problem string

	redirect  string // the operator whose operand is the next word; "" for an argument
	documents []hereDocument
}

// hereDocument is a here-document whose lines are not read yet.
type hereDocument struct {
	command int // index of the command that it belongs to
	end     string
	quoted  bool // $ has no meaning in it
	tabs    bool // <<- removes leading tabs
}

// step reads one character or one quoted part.
func (s *shell) step() error {
	c := s.text[s.at]
	rest := s.text[s.at:]
	switch {
	case c == '\n':
		s.endWord()
		s.endCommand(false)
		s.skip(1)
		return s.hereDocuments()
	case c == ' ' || c == '\t':
		s.endWord()
		s.skip(1)
	case c == '#' && !s.inWord:
		s.skip(len(rest) - len(strings.TrimLeft(rest, "#")))
		if end := strings.IndexByte(s.text[s.at:], '\n'); end >= 0 {
			s.skip(end)
		} else {
			s.skip(len(s.text) - s.at)
		}
	case c == '\\':
		s.backslash(rest)
	case c == '\'':
		return s.quoted(1, '\'', func(part string) (string, int) { return part, len(part) })
	case c == '"':
		return s.doubleQuoted(1)
	case strings.HasPrefix(rest, "$'"):
		return s.ansiQuoted()
	case strings.HasPrefix(rest, `$"`):
		return s.doubleQuoted(2)
	case c == '$' && isExpansion(rest):
		if strings.HasPrefix(rest, "$(") && assignment().Match(s.bare) && len(s.now.words) == 0 && !strings.HasPrefix(rest, "$((") {
			s.inWord, s.word, s.bare = false, nil, nil // code=$(curl …)
			s.skip(2)
			return nil
		}
		s.fail(expands)
		s.take(1)
	case c == '`':
		s.fail(expands)
		s.take(1)
	case strings.IndexByte("|&;()<>", c) >= 0:
		s.operator(rest)
	default:
		_, n := utf8.DecodeRuneInString(rest)
		s.take(n)
	}
	return nil
}

var assignment = text.Regexp(`^[A-Za-z_]\w*=$`)

// isExpansion reports whether the shell would replace the $ with which rest begins.
func isExpansion(rest string) bool {
	return len(rest) > 1 && (isName(rest[1]) || strings.IndexByte("{(0123456789?@*#!$-", rest[1]) >= 0)
}

func isName(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }

func (s *shell) skip(n int) {
	s.line += strings.Count(s.text[s.at:s.at+n], "\n")
	s.at += n
}

func (s *shell) begin() {
	if !s.inWord {
		s.inWord, s.begun = true, s.line
	}
}

// take adds n unquoted bytes to the word.
func (s *shell) take(n int) {
	s.begin()
	s.word = append(s.word, s.text[s.at:s.at+n]...)
	s.bare = append(s.bare, s.text[s.at:s.at+n]...)
	s.skip(n)
}

// add adds quoted text to the word and skips n bytes.
func (s *shell) add(text string, n int) {
	s.begin()
	s.word = append(s.word, text...)
	s.bare = append(s.bare, ' ')
	s.skip(n)
}

func (s *shell) fail(problem string) {
	s.begin()
	if s.problem == "" {
		s.problem = problem
	}
}

// backslash reads an escaped character. A backslash at the end of a line joins it to the next one, also with spaces after it,
// which are easily copied.
func (s *shell) backslash(rest string) {
	after := strings.TrimLeft(rest[1:], " \t")
	switch {
	case len(rest) == 1:
		s.take(1)
	case strings.HasPrefix(after, "\n"):
		s.skip(len(rest) - len(after) + 1)
	default:
		_, n := utf8.DecodeRuneInString(rest[1:])
		s.add(rest[1:1+n], 1+n)
	}
}

// quoted reads a quoted part after n bytes up to the quote. read returns the text of the part and its length.
func (s *shell) quoted(n int, quote byte, read func(part string) (string, int)) error {
	opened := s.line
	part := s.text[s.at+n:]
	end := strings.IndexByte(part, quote)
	if end < 0 {
		return errorAt(opened, "the quote %c is never closed; paste the whole command", quote)
	}
	text, length := read(part[:end])
	s.add(text, n+length+1)
	return nil
}

// doubleQuoted reads a part in double quotes after n bytes.
func (s *shell) doubleQuoted(n int) error {
	opened := s.line
	s.add("", n)
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch c := rest[0]; {
		case c == '"':
			s.skip(1)
			return nil
		case c == '\\' && len(rest) > 1 && rest[1] == '\n':
			s.skip(2)
		case c == '\\' && len(rest) > 1 && strings.IndexByte("$`\"\\", rest[1]) >= 0:
			s.add(rest[1:2], 2)
		default:
			if c == '`' || c == '$' && isExpansion(rest) {
				s.fail(expands)
			}
			s.add(rest[:1], 1)
		}
	}
	return errorAt(opened, `the quote " is never closed; paste the whole command`)
}

// ansiQuoted reads $'…' with its escapes.
func (s *shell) ansiQuoted() error {
	opened := s.line
	s.add("", 2)
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch {
		case rest[0] == '\'':
			s.skip(1)
			return nil
		case rest[0] == '\\' && len(rest) > 1:
			text, n := escape(rest[1:])
			s.add(text, 1+n)
		default:
			s.add(rest[:1], 1)
		}
	}
	return errorAt(opened, "the quote ' is never closed; paste the whole command")
}

// escape returns the text of an escape of bash's $'…' and printf after its backslash, and its length. Browsers write a
// character beyond the BMP as two escapes.
func escape(s string) (string, int) {
	if at := strings.IndexByte("abefnrtv", s[0]); at >= 0 {
		return "\a\b\x1b\f\n\r\t\v"[at : at+1], 1
	}
	switch s[0] {
	case 'E':
		return "\x1b", 1
	case 'x':
		if v, n := number(s[1:], 16, 2); n > 0 {
			return string([]byte{byte(v)}), 1 + n
		}
	case 'u', 'U':
		v, n := number(s[1:], 16, map[byte]int{'u': 4, 'U': 8}[s[0]])
		if n == 0 {
			break
		}
		if rest := s[1+n:]; 0xd800 <= v && v < 0xdc00 && strings.HasPrefix(rest, `\u`) {
			if low, m := number(rest[2:], 16, 4); m == 4 && 0xdc00 <= low && low < 0xe000 {
				return string(0x10000 + (v-0xd800)<<10 + (low - 0xdc00)), 1 + n + 2 + m
			}
		}
		return string(v), 1 + n
	case '0', '1', '2', '3', '4', '5', '6', '7':
		v, n := number(s, 8, 3)
		return string([]byte{byte(v)}), n
	case '\\', '\'', '"', '?', '!':
		return s[:1], 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return `\` + s[:n], n
}

// number reads up to limit digits.
func number(s string, base rune, limit int) (v rune, n int) {
	for n < limit && n < len(s) {
		digit := rune(strings.IndexByte("0123456789abcdef", s[n]|0x20))
		if '0' <= s[n] && s[n] <= '9' {
			digit = rune(s[n] - '0')
		} else if s[n] < 'A' {
			digit = -1
		}
		if digit < 0 || digit >= base {
			break
		}
		v = v*base + digit
		n++
	}
	return v, n
}

// operators are the operators of the shell; the first that matches is meant.
var operators = []string{"<<<", "<<-", "<<", "<(", "<&", "<", "&>>", "&>", ">>", ">&", ">|", ">(", ">", "||", "|&", "|", "&&", "&", ";;", ";", "(", ")"}

func (s *shell) operator(rest string) {
	op := ""
	for _, o := range operators {
		if op == "" && strings.HasPrefix(rest, o) {
			op = o
		}
	}
	redirects := strings.ContainsAny(op, "<>")
	if redirects && s.inWord && strings.Trim(string(s.bare), "0123456789") == "" {
		s.inWord, s.word, s.bare = false, nil, nil // the number of a descriptor
	}
	s.endWord()
	s.skip(len(op))
	switch {
	case op == "<(" || op == ">(":
		s.fail(expands)
	case redirects:
		s.redirect = op
	default:
		s.endCommand(op == "|" || op == "|&")
	}
}

var braces = text.Regexp(`\{[^{}]*(?:,|\.\.)[^{}]*\}`)

// endWord adds the word to the command, or uses it as the operand of a redirection.
func (s *shell) endWord() {
	if !s.inWord {
		return
	}
	if s.problem == "" && braces().Match(s.bare) {
		s.problem = "it has unquoted braces, of which the shell makes several words; put it in single quotes"
	}
	w := word{string(s.word), s.begun, s.problem}
	quoted := strings.Contains(string(s.bare), " ")
	s.inWord, s.word, s.bare, s.problem = false, nil, nil, ""
	switch s.redirect {
	case "":
		s.now.words = append(s.now.words, w)
	case "<<", "<<-":
		s.documents = append(s.documents, hereDocument{len(s.commands), w.text, quoted, s.redirect == "<<-"})
	case "<<<":
		w.text += "\n"
		s.now.stdin = &w
	case "<":
		s.now.file = w.text
	}
	s.redirect = ""
}

// endCommand ends the command. pipe is set if its output is the input of the next one.
func (s *shell) endCommand(pipe bool) {
	waiting := len(s.documents) > 0 && s.documents[len(s.documents)-1].command == len(s.commands)
	if len(s.now.words) > 0 || s.now.stdin != nil || waiting {
		s.now.piped = s.piped
		s.commands = append(s.commands, s.now)
		s.piped = pipe
	} else {
		s.piped = s.piped && pipe
	}
	s.now, s.redirect = command{}, ""
}

// hereDocuments reads the here-documents that the line above begins.
func (s *shell) hereDocuments() error {
	for _, d := range s.documents {
		w := word{line: s.line}
		var body strings.Builder
		for s.at < len(s.text) {
			line, _, ended := strings.Cut(s.text[s.at:], "\n")
			n := len(line)
			if ended {
				n++
			}
			s.skip(n)
			if d.tabs {
				line = strings.TrimLeft(line, "\t")
			}
			if line == d.end {
				break
			}
			body.WriteString(line + "\n")
		}
		w.text = body.String()
		if !d.quoted {
			w.text, w.problem = hereText(w.text)
		}
		s.commands[d.command].stdin = &w
	}
	s.documents = nil
	return nil
}

// hereText returns the text of a here-document in which $ and backslash have a meaning.
func hereText(body string) (text, problem string) {
	var out []byte
	for i := 0; i < len(body); i++ {
		switch rest := body[i:]; {
		case rest[0] == '\\' && len(rest) > 1 && rest[1] == '\n':
			i++
		case rest[0] == '\\' && len(rest) > 1 && strings.IndexByte("$`\\", rest[1]) >= 0:
			out = append(out, rest[1])
			i++
		case rest[0] == '`' || rest[0] == '$' && isExpansion(rest):
			problem = expands
			out = append(out, rest[0])
		default:
			out = append(out, rest[0])
		}
	}
	return string(out), problem
}
