package exchange

import "strings"

// splitCmd splits command lines as the Windows command prompt and the C library of Windows do: ^ escapes the next character,
// and \" or "" is a quote within quotes.
func splitCmd(text string) ([]command, error) {
	browser := strings.Contains(text, `^"`)
	c := cmdPrompt{text: strings.ReplaceAll(text, "\r\n", "\n"), line: 1}
	for c.at < len(c.text) {
		c.step()
	}
	c.end(false)
	if c.quoted {
		return nil, errorAt(c.opened, `the quote " is never closed; paste the whole command`)
	}
	for _, now := range c.commands {
		for i := range now.words {
			if browser {
				now.words[i].text = undoubled(now.words[i].text)
			}
		}
	}
	return c.commands, nil
}

// undoubled undoes the doubling of backslashes by Chrome and Firefox. Windows does so only before a quote: the command that they
// copy sends another body than they did. A text with a single backslash elsewhere was not doubled.
func undoubled(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		n := len(text[i:]) - len(strings.TrimLeft(text[i:], `\`))
		keep := n
		if n > 0 && !strings.HasPrefix(text[i+n:], `"`) {
			if n%2 == 1 {
				return text
			}
			keep = n / 2
		}
		out.WriteString(text[i : i+keep])
		if i += n; i < len(text) {
			out.WriteByte(text[i])
			i++
		}
	}
	return out.String()
}

// cmdPrompt is a text that is being split. It removes carets; [argv] splits the rest.
type cmdPrompt struct {
	text   string
	at     int
	line   int
	quoted bool // within quotes, where ^ and | have no meaning
	opened int  // the line of the quote

	plain    []byte // the command without carets
	begun    int    // its line
	commands []command
	piped    bool
}

func (c *cmdPrompt) step() {
	ch := c.text[c.at]
	switch {
	case ch == '^' && !c.quoted && c.at+1 < len(c.text):
		if c.text[c.at+1] == '\n' { // the next character is escaped
			c.line++
			c.at += 2
			if strings.HasPrefix(c.text[c.at:], "\n") {
				c.keep('\n')
			}
			return
		}
		c.at++
		c.keep(c.text[c.at])
	case ch == '"':
		c.quoted, c.opened = !c.quoted, c.line
		c.keep(ch)
	case ch == '\n' && c.quoted && strings.Contains(c.text[c.at:], `"`):
		c.keep(ch)
	case !c.quoted && (ch == '\n' || ch == '|' || ch == '&' || ch == '<' || ch == '>'):
		if ch == '<' || ch == '>' {
			c.at++
			c.end(false)
			end := strings.IndexAny(c.text[c.at:], "|&\n")
			if end < 0 {
				end = len(c.text) - c.at
			}
			if n := len(c.commands); ch == '<' && n > 0 {
				c.commands[n-1].file = strings.TrimSpace(c.text[c.at : c.at+end])
			}
			c.at += end
			return
		}
		c.at++
		c.end(ch == '|')
		if ch == '\n' {
			c.line++
		}
	default:
		c.keep(ch)
	}
}

// keep adds a character to the command.
func (c *cmdPrompt) keep(ch byte) {
	if len(c.plain) == 0 {
		c.begun = c.line
	}
	c.plain = append(c.plain, ch)
	c.at++
	if ch == '\n' {
		c.line++
	}
}

func (c *cmdPrompt) end(pipe bool) {
	plain := strings.TrimLeft(string(c.plain), " \t@")
	c.plain = nil
	if strings.TrimSpace(plain) == "" {
		return
	}
	now := command{piped: c.piped}
	if rest, ok := cutFold(plain, "echo "); ok { // it prints its quotes
		now.words = []word{{"echo", c.begun, ""}, {rest + "\r", c.begun, ""}}
	} else {
		now.words = argv(plain, c.begun)
	}
	c.commands = append(c.commands, now)
	c.piped = pipe
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// argv splits a command line as the C library of Windows does.
func argv(line string, number int) []word {
	var words []word
	var now []byte
	inWord, quoted := false, false
	for i := 0; i < len(line); {
		slashes := len(line[i:]) - len(strings.TrimLeft(line[i:], `\`))
		rest := line[i+slashes:]
		switch {
		case slashes > 0 && strings.HasPrefix(rest, `"`):
			inWord = true
			now = append(now, line[i:i+slashes/2]...)
			i += slashes
			if slashes%2 == 1 {
				now = append(now, '"')
				i++
			}
		case slashes > 0:
			inWord = true
			now = append(now, line[i:i+slashes]...)
			i += slashes
		case quoted && strings.HasPrefix(rest, `""`):
			now = append(now, '"')
			i += 2
		case rest[0] == '"':
			inWord, quoted = true, !quoted
			i++
		case !quoted && strings.IndexByte(" \t\n", rest[0]) >= 0:
			if inWord {
				words = append(words, word{string(now), number, ""})
			}
			inWord, now = false, nil
			i++
		default:
			inWord = true
			now = append(now, rest[0])
			i++
		}
	}
	if inWord {
		words = append(words, word{string(now), number, ""})
	}
	return words
}
