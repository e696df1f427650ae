package exchange

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// ReadCurl reads a curl command as it is pasted from a shell, a browser or a tool: it may be quoted (also as $'…') and
// have several lines. A command that [Curl] wrote yields the same request. ReadCurl runs nothing and reads no file. It
// returns an error for a body in a file, which names the file, and for an option that it does not know.
func ReadCurl(text string) (Recording, error) {
	r, err := readCurl(text)
	if err != nil {
		return Recording{}, fmt.Errorf("reading a curl command: %w", err)
	}
	return r, nil
}

func readCurl(text string) (Recording, error) {
	file, err := syntax.NewParser().Parse(strings.NewReader(strings.TrimPrefix(text, "\ufeff")), "")
	if err != nil {
		return Recording{}, errors.New("it is not a valid shell command; check that every quote is closed")
	}
	if len(file.Stmts) != 1 {
		return Recording{}, fmt.Errorf("want one command, got %d", len(file.Stmts))
	}
	words, stdin, err := commandWords(file.Stmts[0].Cmd)
	if err != nil {
		return Recording{}, err
	}
	c := curlCommand{words: words, stdin: stdin}
	return c.read()
}

// commandWords returns the words of a curl command and the output of a printf that is piped into it.
func commandWords(command syntax.Command) (words []string, stdin []byte, err error) {
	if pipe, ok := command.(*syntax.BinaryCmd); ok && pipe.Op == syntax.Pipe {
		printf, err := callWords(pipe.X.Cmd)
		if err != nil {
			return nil, nil, err
		}
		if len(printf) != 2 || printf[0] != "printf" {
			return nil, nil, errors.New("only a printf may be piped into it; remove any other command")
		}
		stdin = printed(printf[1])
		command = pipe.Y.Cmd
	}
	words, err = callWords(command)
	if err == nil && (len(words) == 0 || words[0] != "curl") {
		err = errors.New("it does not begin with curl; paste the whole command")
	}
	return words, stdin, err
}

func callWords(command syntax.Command) ([]string, error) {
	call, ok := command.(*syntax.CallExpr)
	if !ok || len(call.Assigns) > 0 {
		return nil, errors.New("want a plain command, without variables, loops or subshells")
	}
	for _, word := range call.Args {
		if !isPlainWord(word) {
			return nil, errors.New("it contains a variable, braces or another command; replace it by its value")
		}
	}
	words, err := expand.Fields(&expand.Config{}, call.Args...)
	if err != nil {
		return nil, fmt.Errorf("splitting it into words: %w", err)
	}
	return words, nil
}

// isPlainWord reports whether the shell would use the word without expanding or running a part of it.
func isPlainWord(word *syntax.Word) bool {
	plain := !syntax.SplitBraces(word) // {1..9} would become many words
	syntax.Walk(word, func(node syntax.Node) bool {
		switch node.(type) {
		case *syntax.ParamExp, *syntax.CmdSubst, *syntax.ProcSubst, *syntax.ArithmExp, *syntax.ExtGlob:
			plain = false
		}
		return plain
	})
	return plain
}

// printed returns the output of printf for a format that printfFormat wrote.
func printed(format string) []byte {
	var out []byte
	for i := 0; i < len(format); i++ {
		switch rest := format[i:]; {
		case strings.HasPrefix(rest, "%%"), strings.HasPrefix(rest, `\\`):
			out = append(out, rest[0])
			i++
		case len(rest) >= 4 && rest[0] == '\\' && isOctal(rest[1:4]):
			out = append(out, (rest[1]-'0')<<6|(rest[2]-'0')<<3|(rest[3]-'0'))
			i += 3
		default:
			out = append(out, rest[0])
		}
	}
	return out
}

func isOctal(s string) bool { return strings.Trim(s, "01234567") == "" && s[0] < '4' }

// curlCommand is a command whose options are being read.
type curlCommand struct {
	words []string // not read yet
	stdin []byte
	data  []string // the values of -d and similar options
	get   bool     // -G
	json  bool     // --json
	r     Recording
}

// curlFlags are options without a value that do not change the request, curlValues are such options with a value.
var (
	curlFlags = words(`-k --insecure -s --silent -S --show-error -v --verbose -L --location -i --include -q --disable
		--compressed --http1.1 --http1.0 --http2 --path-as-is -g --globoff -f --fail --fail-with-body -N --no-buffer -# --progress-bar
		-4 -6 --ipv4 --ipv6 --tlsv1.2 --no-keepalive --tcp-nodelay -j -O`)
	curlValues = words(`-o --output --cacert --capath --cert --key -m --max-time --connect-timeout -x --proxy --retry
		--retry-delay -w --write-out --resolve --connect-to -D --dump-header -b --cookie -c --cookie-jar -e --referer -u --user
		--interface --stderr --trace --trace-ascii`)
)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

func (c *curlCommand) read() (Recording, error) {
	for c.words = c.words[1:]; len(c.words) > 0; {
		word := c.words[0]
		c.words = c.words[1:]
		if err := c.word(word); err != nil {
			return c.r, err
		}
	}
	return c.r, c.finish()
}

func (c *curlCommand) word(word string) error {
	if !strings.HasPrefix(word, "-") || word == "-" {
		return c.url(word)
	}
	name := word
	if !strings.HasPrefix(word, "--") && len(word) > 2 {
		if name = word[:2]; curlFlags[name] { // -sS is -s -S
			c.words = append([]string{"-" + word[2:]}, c.words...)
			return nil
		}
		if !curlFlags[word] {
			c.words = append([]string{word[2:]}, c.words...) // -XPOST is -X POST
		}
	}
	if curlFlags[name] {
		return nil
	}
	if name == "-I" || name == "--head" {
		c.r.Request.Method = "HEAD"
		return nil
	}
	if name == "-G" || name == "--get" {
		c.get = true
		return nil
	}
	if len(c.words) == 0 {
		return fmt.Errorf("option %q has no value or is unknown; complete or remove it", shorten(name))
	}
	value := c.words[0]
	c.words = c.words[1:]
	return c.option(name, value)
}

func (c *curlCommand) option(name, value string) error {
	switch name {
	case "-X", "--request":
		c.r.Request.Method = strings.ToUpper(value)
	case "-H", "--header":
		return c.header(value)
	case "-A", "--user-agent":
		return c.header("User-Agent: " + value)
	case "--url":
		return c.url(value)
	case "--request-target":
		c.r.Request.Target = value
	case "-d", "--data", "--data-ascii", "--data-binary":
		return c.body(value, true)
	case "--data-raw":
		return c.body(value, false)
	case "--json":
		c.json = true
		return c.body(value, true)
	default:
		if !curlValues[name] {
			return fmt.Errorf("option %q is unknown; remove it if it does not change the request", shorten(name))
		}
	}
	return nil
}

func (c *curlCommand) url(word string) error {
	if c.r.URL != "" {
		return fmt.Errorf("it has two URLs, %q and %q; want one", shorten(c.r.URL), shorten(word))
	}
	c.r.URL = word
	return nil
}

// header reads "Name: value", "Name;" for a header without a value, and "Name:", which only removes a header of curl.
func (c *curlCommand) header(line string) error {
	name, value, ok := strings.Cut(line, ":")
	if withoutValue, empty := strings.CutSuffix(line, ";"); !ok && empty {
		name, ok = withoutValue, true
	} else if ok && strings.TrimSpace(value) == "" {
		return nil
	}
	name = strings.TrimSpace(name)
	if !ok || !isToken(name) {
		return fmt.Errorf("header %q, want Name: value", shorten(line))
	}
	if strings.EqualFold(name, "Host") {
		c.r.Request.Host = strings.TrimSpace(value)
		return nil
	}
	c.r.Request.Headers = append(c.r.Request.Headers, Header{name, cleanValue(value)})
	return nil
}

// body adds the value of a data option. If files is set, @NAME is the content of a file.
func (c *curlCommand) body(value string, files bool) error {
	switch {
	case files && value == "@-" && c.stdin != nil:
		value = string(c.stdin)
	case files && strings.HasPrefix(value, "@"):
		return fmt.Errorf("its body is in the file %q; pass the body and the header separately", shorten(value[1:]))
	}
	c.data = append(c.data, value)
	return nil
}

func (c *curlCommand) finish() error {
	switch {
	case c.r.URL == "":
		return errors.New("it has no URL; paste the whole command")
	case c.get:
		return errors.New("it sends its data in the URL (-G); ArtiBot sends POST")
	}
	c.r.Request.Body = []byte(strings.Join(c.data, map[bool]string{true: "", false: "&"}[c.json]))
	if c.r.Request.Method == "" {
		c.r.Request.Method = "GET"
		if c.data != nil {
			c.r.Request.Method = "POST"
		}
	}
	return nil
}
