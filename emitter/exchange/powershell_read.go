package exchange

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"artihook/emitter/text"
)

var (
	invokeCommand = text.Regexp(`(?im)^(?:PS [^>\n]*> *)?(?:\$[\w:]+ *= *)?(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\b`)
	curlAlias     = text.Regexp(`(?im)^(?:PS [^>\n]*> *)?(?:curl|wget) .*-(?:Uri|Headers @|Method|Body)\b`)
	curlInPrompt  = text.Regexp(`(?im)^PS [^>\n]*> *(?:& *)?\S*curl(?:\.exe)?\b`)
	backtickEnd   = text.Regexp("(?m)[ \t]`\r?$")
)

// isPowerShell recognises Invoke-WebRequest and its other names.
func isPowerShell(in *input) bool {
	start := in.text[:min(len(in.text), 256<<10)]
	return invokeCommand().MatchString(start) || curlAlias().MatchString(start)
}

// readPowerShell reads commands of Invoke-WebRequest or Invoke-RestMethod, with the variables that are set before them.
func readPowerShell(in *input) ([]Recording, error) {
	commands, err := splitPowerShell(in.text)
	if err != nil {
		return nil, err
	}
	var list []Recording
	for _, c := range commands {
		switch strings.ToLower(c[0].text) {
		case "invoke-webrequest", "invoke-restmethod", "iwr", "irm", "curl", "wget":
			r, err := invoked(c[1:])
			if err != nil {
				return nil, atLine(c[0].line, err)
			}
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("it has no Invoke-WebRequest; paste the whole command")
	}
	return list, nil
}

// invoked reads the parameters of Invoke-WebRequest. A parameter can be abbreviated; the URL can have none.
func invoked(args []psValue) (Recording, error) {
	r := Recording{Request: Request{Method: "GET"}}
	for len(args) > 0 {
		name, isName := strings.CutPrefix(strings.ToLower(args[0].text), "-")
		if !isName || args[0].quoted {
			if r.URL == "" && args[0].problem == "" {
				r.URL = args[0].text
			}
			args = args[1:]
			continue
		}
		args = args[1:]
		if len(args) == 0 || strings.HasPrefix(args[0].text, "-") && !args[0].quoted {
			continue // a switch
		}
		value := args[0]
		switch name {
		case "uri", "ur":
			r.URL = value.text
		case "method", "me", "custommethod":
			r.Request.Method = strings.ToUpper(value.text)
		case "contenttype", "con":
			r.addHeader("Content-Type", value.text)
		case "useragent", "userag":
			r.addHeader("User-Agent", value.text)
		case "headers", "h", "hea":
			for _, h := range value.table {
				if psPseudo[strings.ToLower(h.Name)] == "" {
					r.addHeader(h.Name, h.Value)
				} else if strings.EqualFold(h.Name, "authority") {
					r.Request.Host = h.Value
				}
			}
		case "body", "bo":
			r.Request.Body = []byte(value.text)
		case "infile", "inf":
			value.problem = fmt.Sprintf("its body is in the file %q; pass the body and the header separately", shorten(value.text))
		default:
			if likeURL(value.text) {
				continue // of a switch, then the URL
			}
			value.problem = "" // the value does not matter
		}
		if value.problem != "" {
			return r, errorAt(value.line, "-%s: %s", name, value.problem)
		}
		args = args[1:]
	}
	if r.URL == "" {
		return r, errors.New("it has no -Uri; paste the whole command")
	}
	return r, nil
}

// psPseudo are the pseudo-headers that Chrome writes without their colon.
var psPseudo = map[string]string{"authority": ":", "method": ":", "path": ":", "scheme": ":"}

// psValue is a value of PowerShell: a text or a table. problem is why it is unknown; "" if it is known.
type psValue struct {
	text    string
	table   []Header
	line    int
	quoted  bool
	problem string
}

const computed = "its value is computed; replace the expression by its text"

// splitPowerShell returns the commands of a script with the values of their arguments. It runs nothing. Variables that are set
// to a text or a table are replaced.
func splitPowerShell(text string) ([][]psValue, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	p := powerShell{text: psPrompt().ReplaceAllString(text, ""), line: 1, variables: map[string]psValue{}}
	var commands [][]psValue
	for p.at < len(p.text) {
		args, err := p.statement()
		if err != nil {
			return nil, err
		}
		if len(args) > 0 {
			commands = append(commands, args)
		}
	}
	return commands, nil
}

var psPrompt = text.Regexp(`(?m)^(?:PS [^>\n]*>|>>) ?`)

// powerShell is a script that is being read.
type powerShell struct {
	text      string
	at        int
	line      int
	depth     int
	variables map[string]psValue
}

// maxNesting is the limit for parentheses and tables within each other.
const maxNesting = 50

func (p *powerShell) rest() string { return p.text[p.at:] }

func (p *powerShell) skip(n int) {
	p.line += strings.Count(p.text[p.at:p.at+n], "\n")
	p.at += n
}

// space skips white space, continued lines and comments; with lines set, line ends too.
func (p *powerShell) space(lines bool) {
	for p.at < len(p.text) {
		switch rest := p.rest(); {
		case rest[0] == ' ' || rest[0] == '\t' || lines && rest[0] == '\n':
			p.skip(1)
		case strings.HasPrefix(rest, "`\n"):
			p.skip(2)
		case rest[0] == '`' && strings.HasPrefix(strings.TrimLeft(rest[1:], " \t"), "\n"):
			p.skip(len(rest) - len(strings.TrimLeft(rest[1:], " \t")) + 1)
		case rest[0] == '#':
			line, _, _ := strings.Cut(rest, "\n")
			p.skip(len(line))
		default:
			return
		}
	}
}

var psAssignment = text.Regexp(`^\$([\w:]+) *= *`)

// statement reads up to the end of a statement and returns the command with its arguments.
func (p *powerShell) statement() ([]psValue, error) {
	p.space(true)
	name := ""
	if m := psAssignment().FindStringSubmatch(p.rest()); m != nil {
		name = strings.ToLower(m[1])
		p.skip(len(m[0]))
	}
	var args []psValue
	piped := false
	for p.space(false); p.at < len(p.text); p.space(false) {
		c := p.rest()[0]
		if c == '\n' || c == ';' {
			p.skip(1)
			break
		}
		if c == '|' || c == '}' || c == ')' || c == '&' || c == ',' {
			piped = piped || c == '|'
			p.skip(1)
			continue
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		if !piped {
			args = append(args, v)
		}
	}
	if name == "" || len(args) == 0 {
		return args, nil
	}
	first := args[0]
	if first.quoted || first.table != nil {
		if len(args) > 1 || piped {
			first.problem = computed
		}
		p.variables[name] = first
		return nil, nil
	}
	p.variables[name] = psValue{problem: computed, line: first.line}
	return args, nil
}

// value reads one argument.
func (p *powerShell) value() (psValue, error) {
	v := psValue{line: p.line}
	for p.at < len(p.text) {
		part, done, err := p.part(&v)
		if err != nil {
			return v, err
		}
		v.text += part
		if done {
			break
		}
	}
	return v, nil
}

// part reads a part of an argument and reports whether the argument has ended.
func (p *powerShell) part(v *psValue) (text string, done bool, err error) {
	rest := p.rest()
	switch {
	case strings.HasPrefix(rest, "@'\n") || strings.HasPrefix(rest, "@\"\n"):
		v.quoted = true
		text, err = p.hereString(v)
		return text, true, err
	case strings.HasPrefix(rest, "@{"):
		v.table, err = p.hashTable()
		return "", true, err
	case rest[0] == '\'':
		v.quoted = true
		text, err = p.single()
	case rest[0] == '"':
		v.quoted = true
		text, err = p.double(v)
	case rest[0] == '(':
		return p.parentheses(v)
	case rest[0] == '$':
		return p.variable(v), false, nil
	case rest[0] == '`' && len(rest) > 1 && rest[1] != '\n':
		_, n := utf8.DecodeRuneInString(rest[1:])
		p.skip(1 + n)
		return rest[1 : 1+n], false, nil
	case strings.IndexByte(" \t\n;|)},", rest[0]) >= 0 || rest[0] == '`':
		return "", true, nil
	default:
		p.skip(1)
		return rest[:1], false, nil
	}
	return text, false, err
}

// single reads '…', in which ” is a quote.
func (p *powerShell) single() (string, error) {
	opened := p.line
	p.skip(1)
	var out strings.Builder
	for {
		end := strings.IndexByte(p.rest(), '\'')
		if end < 0 {
			return "", errorAt(opened, "the quote ' is never closed; paste the whole command")
		}
		out.WriteString(p.rest()[:end])
		p.skip(end + 1)
		if !strings.HasPrefix(p.rest(), "'") {
			return out.String(), nil
		}
		out.WriteByte('\'')
		p.skip(1)
	}
}

// double reads "…", in which a backtick escapes and "" is a quote.
func (p *powerShell) double(v *psValue) (string, error) {
	opened := p.line
	p.skip(1)
	var out []byte
	for p.at < len(p.text) {
		rest := p.rest()
		if rest[0] != '"' {
			out = append(out, p.expanded(v)...)
			continue
		}
		p.skip(1)
		if !strings.HasPrefix(rest, `""`) {
			return string(out), nil
		}
		p.skip(1)
		out = append(out, '"')
	}
	return "", errorAt(opened, `the quote " is never closed; paste the whole command`)
}

var psChar = text.Regexp(`(?i)^(?:\$\(\[char\]\d{1,5}\))+`)

// expanded reads one character, escape or variable of a text in double quotes.
func (p *powerShell) expanded(v *psValue) string {
	rest := p.rest()
	switch {
	case rest[0] == '`' && len(rest) > 1:
		p.skip(2)
		if at := strings.IndexByte("nrt0abfv", rest[1]); at >= 0 {
			return "\n\r\t\x00\a\b\f\v"[at : at+1]
		}
		return rest[1:2]
	case strings.HasPrefix(rest, "$(["): // as Chrome writes a character that is not ASCII
		chars := psChar().FindString(rest)
		if chars == "" {
			break
		}
		p.skip(len(chars))
		var units []uint16
		for _, digits := range psDigits().FindAllString(chars, -1) {
			n, _ := strconv.ParseUint(digits, 10, 16)
			units = append(units, uint16(n))
		}
		return string(utf16.Decode(units))
	}
	if rest[0] == '$' {
		return p.variable(v)
	}
	p.skip(1)
	return rest[:1]
}

var psDigits = text.Regexp(`\d+`)

var psVariable = text.Regexp(`^\$(?:\{([^}\n]+)\}|([A-Za-z_][\w:]*))`)

// variable returns the text of a variable that is set before, and sets the problem of v if there is none.
func (p *powerShell) variable(v *psValue) string {
	m := psVariable().FindStringSubmatch(p.rest())
	if m == nil {
		if strings.HasPrefix(p.rest(), "$(") {
			v.problem = computed
		}
		p.skip(1)
		return "$"
	}
	p.skip(len(m[0]))
	name := strings.ToLower(m[1] + m[2])
	set, ok := p.variables[name]
	switch {
	case name == "true" || name == "false" || name == "null":
		return ""
	case !ok:
		v.problem = fmt.Sprintf("the variable $%s is not set in the text; replace it by its value", m[1]+m[2])
	case set.problem != "":
		v.problem = set.problem
	}
	v.table, v.quoted = set.table, true
	return set.text
}

// hereString reads @'…'@ or @"…"@, which end on a line of their own.
func (p *powerShell) hereString(v *psValue) (string, error) {
	opened := p.line
	quote := p.rest()[1:2]
	p.skip(2) // up to the line end, which is also the one before the end of an empty text
	end := strings.Index(p.rest(), "\n"+quote+"@")
	if end < 0 {
		return "", errorAt(opened, "the here-string @%s is never closed; paste the whole command", quote)
	}
	stop := p.at + end
	var out []byte
	if p.at < stop {
		p.skip(1)
	}
	if quote == "'" {
		out = append(out, p.text[p.at:stop]...)
		p.skip(stop - p.at)
	}
	for p.at < stop {
		out = append(out, p.expanded(v)...)
	}
	p.skip(min(len("\n'@"), len(p.rest())))
	return string(out), nil
}

// hashTable reads @{ name = value; … }.
func (p *powerShell) hashTable() ([]Header, error) {
	opened := p.line
	if p.depth++; p.depth > maxNesting {
		return nil, errorAt(opened, "more than %d tables within each other", maxNesting)
	}
	defer func() { p.depth-- }()
	p.skip(2)
	table := []Header{}
	for {
		p.space(true)
		rest := p.rest()
		switch {
		case rest == "":
			return nil, errorAt(opened, "the table @{ is never closed; paste the whole command")
		case rest[0] == '}':
			p.skip(1)
			return table, nil
		case rest[0] == ';' || rest[0] == ',' || rest[0] == ')' || rest[0] == '|':
			p.skip(1)
			continue
		}
		name, err := p.key()
		if err != nil {
			return nil, err
		}
		p.space(true)
		if !strings.HasPrefix(p.rest(), "=") {
			return nil, errorAt(p.line, "header %q has no value, want name = value", shorten(name))
		}
		p.skip(1)
		p.space(true)
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		if value.problem != "" && strings.EqualFold(name, "x-artibot-signature") {
			return nil, errorAt(value.line, "header %q: %s", name, value.problem)
		}
		table = append(table, Header{name, value.text})
	}
}

// key reads the name of an entry of a table.
func (p *powerShell) key() (string, error) {
	var v psValue
	switch p.rest()[0] {
	case '\'':
		return p.single()
	case '"':
		return p.double(&v)
	}
	end := strings.IndexAny(p.rest(), "= \t\n;}")
	if end <= 0 {
		end = 1
	}
	name := p.rest()[:min(end, len(p.rest()))]
	p.skip(len(name))
	return name, nil
}

var psBytes = text.Regexp(`(?i)^\(\s*\[(?:System\.)?Text\.Encoding\]::UTF8\.GetBytes\(`)

// parentheses reads (…): a text, the UTF-8 bytes of a text, or an expression, whose value is unknown.
func (p *powerShell) parentheses(v *psValue) (string, bool, error) {
	opened := p.line
	if p.depth++; p.depth > maxNesting {
		return "", false, errorAt(opened, "more than %d parentheses within each other", maxNesting)
	}
	defer func() { p.depth-- }()
	close := 1
	if m := psBytes().FindString(p.rest()); m != "" {
		p.skip(len(m))
		close = 2
	} else {
		p.skip(1)
	}
	var inner []psValue
	for {
		p.space(true)
		rest := p.rest()
		switch {
		case rest == "":
			return "", false, errorAt(opened, "the parenthesis ( is never closed; paste the whole command")
		case rest[0] == ')':
			p.skip(1)
			if close--; close == 0 {
				if len(inner) == 1 && (inner[0].quoted || inner[0].table != nil) {
					v.quoted, v.table, v.problem = true, inner[0].table, inner[0].problem
					return inner[0].text, false, nil
				}
				v.problem = computed
				return "", false, nil
			}
		case strings.IndexByte(";|},", rest[0]) >= 0:
			p.skip(1)
			inner = append(inner, psValue{})
		default:
			one, err := p.value()
			if err != nil {
				return "", false, err
			}
			inner = append(inner, one)
		}
	}
}
