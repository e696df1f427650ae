package exchange

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"artihook/emitter/text"
)

var (
	// curlStart matches a line that runs curl, with what can precede it: a prompt, a path, time, a pipe.
	curlStart = text.Regexp(`(?im)(?:^|[\s|;&(/\\"'>])curl(?:\.exe)?["']?\s`)
	cmdStyle  = text.Regexp(`(?m)\^"|\^\r?$|"\{""|^[A-Za-z]:\\[^>\n]{0,200}>`)
	// posixStyle matches a command that continues after a backslash. Signs of cmd in such a command are part of its texts.
	posixStyle = text.Regexp(`(?i)\bcurl\s[^\n^]*\\\r?\n`)
	cmdPrefix  = text.Regexp(`(?m)^[A-Za-z]:\\[^>\n]{0,200}>`)
)

// isCurl recognises a curl command at the beginning, below comments, or behind a command that writes its body.
func isCurl(in *input) bool {
	for line := range strings.SplitSeq(in.text[:min(len(in.text), 64<<10)], "\n") {
		if isComment(line) && !strings.HasPrefix(strings.TrimSpace(line), "# curl ") {
			continue
		}
		first, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch first {
		case "echo", "printf", "cat", "code=$(":
			return curlStart().MatchString(in.text)
		}
		return curlStart().MatchString(line + "\n")
	}
	return false
}

// readCurl reads curl commands as they are pasted from a shell, a browser or a tool: from a POSIX shell, the command prompt of
// Windows or PowerShell. A command that [Curl] wrote yields the same request.
func readCurl(in *input) ([]Recording, error) {
	commands, err := splitCommands(in.text)
	if err != nil {
		return nil, err
	}
	var list []Recording
	for i, c := range commands {
		words, ok := curlWords(c.words)
		if !ok {
			continue
		}
		r := curlCommand{words: words[1:]}
		switch {
		case c.file != "":
			r.source = fmt.Sprintf("in the file %q", shorten(c.file))
		case c.stdin != nil:
			r.stdin, r.source = []byte(c.stdin.text), c.stdin.problem
		case c.piped && i > 0:
			r.stdin, r.source = commands[i-1].output()
		}
		if err := r.read(); err != nil {
			return nil, atLine(words[0].line, err)
		}
		list = append(list, r.r)
	}
	if len(list) == 0 {
		return nil, errors.New("it does not run curl; paste the whole command")
	}
	return list, nil
}

// splitCommands splits the text by the rules of the shell for which it is written.
func splitCommands(text string) ([]command, error) {
	switch {
	case cmdStyle().MatchString(text) && !posixStyle().MatchString(text):
		return splitCmd(cmdPrefix().ReplaceAllString(text, ""))
	case backtickEnd().MatchString(text) || curlInPrompt().MatchString(text):
		scripts, err := splitPowerShell(text)
		var commands []command
		for _, script := range scripts {
			var c command
			for _, v := range script {
				c.words = append(c.words, word{nativeArgument(v.text), v.line, v.problem})
			}
			commands = append(commands, c)
		}
		return commands, err
	}
	return splitPOSIX(continued(text))
}

// nativeArgument returns an argument as Windows PowerShell passes it to a program: \" is a quote.
func nativeArgument(text string) string {
	if strings.Count(text, `"`) == strings.Count(text, `\"`) {
		return strings.ReplaceAll(text, `\"`, `"`)
	}
	return text
}

// continued removes the prompt of continued lines, > , if every line after the first has it.
func continued(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\r\n"), "\n")
	for _, line := range lines[1:] {
		if !strings.HasPrefix(line, "> ") {
			return text
		}
	}
	for i := range lines[1:] {
		lines[i+1] = lines[i+1][2:]
	}
	return strings.Join(lines, "\n")
}

// before are words that can precede a command without a change of what it sends.
var before = text.Regexp(`^(?:time|-p|sudo|env|command|exec|nohup|then|do|else|!|[{]|~.*|[A-Za-z_]\w*=.*|.*[$%#>❯➜])$`)

// curlWords returns the words of a command from curl on.
func curlWords(words []word) ([]word, bool) {
	for i, w := range words {
		name := strings.ToLower(w.text[strings.LastIndexAny(w.text, `/\`)+1:])
		if name == "curl" || name == "curl.exe" {
			return words[i:], true
		}
		if !before().MatchString(w.text) {
			break
		}
	}
	return nil, false
}

// output returns the output of a command that writes the body, or in source why it is unknown.
func (c command) output() (stdin []byte, source string) {
	words := c.words
	for _, w := range words {
		if w.problem != "" {
			return nil, w.problem
		}
	}
	if len(words) > 0 && before().MatchString(words[0].text) {
		words = words[1:]
	}
	switch {
	case len(words) == 0:
	case words[0].text == "echo":
		return []byte(echoed(words[1:])), ""
	case words[0].text == "printf" && len(words) > 1:
		return []byte(printed(words[1:])), ""
	case words[0].text == "cat" && c.stdin != nil:
		return []byte(c.stdin.text), c.stdin.problem
	case words[0].text == "cat" && len(words) > 1:
		return nil, fmt.Sprintf("in the file %q", shorten(words[1].text))
	}
	return nil, "the output of another command"
}

// echoed returns the output of echo in bash.
func echoed(words []word) string {
	end, escapes := "\n", false
	for len(words) > 0 && slices.Contains([]string{"-n", "-e", "-ne", "-en"}, words[0].text) {
		if strings.Contains(words[0].text, "n") {
			end = ""
		}
		escapes = escapes || strings.Contains(words[0].text, "e")
		words = words[1:]
	}
	var texts []string
	for _, w := range words {
		texts = append(texts, w.text)
	}
	out := strings.Join(texts, " ")
	if escapes {
		out = withEscapes(out)
	}
	return out + end
}

// printed returns the output of printf for a format with %s, %b and %%.
func printed(words []word) string {
	var out strings.Builder
	format, args := words[0].text, words[1:]
	for i := 0; i < len(format); i++ {
		rest := format[i:]
		switch {
		case strings.HasPrefix(rest, "%%"):
			out.WriteByte('%')
			i++
		case len(args) > 0 && (strings.HasPrefix(rest, "%s") || strings.HasPrefix(rest, "%b")):
			if rest[1] == 'b' {
				out.WriteString(withEscapes(args[0].text))
			} else {
				out.WriteString(args[0].text)
			}
			args = args[1:]
			i++
		case rest[0] == '\\' && len(rest) > 1:
			text, n := escape(rest[1:])
			out.WriteString(text)
			i += n
		default:
			out.WriteByte(rest[0])
		}
	}
	return out.String()
}

// withEscapes replaces the escapes of a text.
func withEscapes(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			text, n := escape(s[i+1:])
			out.WriteString(text)
			i += n
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// curlCommand is a command whose options are being read.
type curlCommand struct {
	words  []word // not read yet
	stdin  []byte
	source string   // where stdin comes from, if that is unknown
	data   []string // the values of -d and similar options
	bodied bool     // it has such an option
	get    bool     // -G
	json   bool     // --json
	raw    bool     // -g: brackets in the URL have no meaning
	put    bool     // -T
	r      Recording
}

// curlShort are the short options without a value. All others have one.
const curlShort = "0123446#BGIJLMNOPRSaZfghijklnpqsv:"

// curlValues are the long options with a value that do not change the request, besides those that option reads. Options that
// are in neither list are taken for flags, unless a word follows that cannot be the URL.
var curlValues = words(`--abstract-unix-socket --alt-svc --aws-sigv4 --cacert --capath --cert --cert-type --ciphers --connect-timeout
	--connect-to --continue-at --cookie --cookie-jar --create-file-mode --crlfile --curves --delegation --dns-interface
	--dns-ipv4-addr --dns-ipv6-addr --dns-servers --doh-url --dump-header --ech --egd-file --engine --etag-compare --etag-save
	--expect100-timeout --happy-eyeballs-timeout-ms --haproxy-clientip --hsts --interface --ip-tos --keepalive-cnt --keepalive-time
	--key --key-type --libcurl --limit-rate --local-port --max-filesize --max-redirs --max-time --netrc-file --noproxy
	--oauth2-bearer --output --output-dir --parallel-max --pass --pinnedpubkey --preproxy --proto --proto-default --proto-redir
	--proxy --proxy-cacert --proxy-capath --proxy-cert --proxy-header --proxy-key --proxy-pass --proxy-user --proxy1.0 --pubkey
	--range --rate --referer --resolve --retry --retry-delay --retry-max-time --sasl-authzid --service-name --socks4 --socks4a
	--socks5 --socks5-hostname --speed-limit --speed-time --stderr --time-cond --tls-max --tls13-ciphers --tlsauthtype
	--tlspassword --tlsuser --trace --trace-ascii --trace-config --unix-socket --user --write-out`)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

// shortNames are the long names of short options that change the request.
var shortNames = map[byte]string{
	'X': "--request", 'H': "--header", 'A': "--user-agent", 'd': "--data", 'F': "--form", 'T': "--upload-file", 'K': "--config",
}

func (c *curlCommand) read() error {
	for len(c.words) > 0 {
		w := c.words[0]
		c.words = c.words[1:]
		if err := c.word(w); err != nil {
			return atLine(w.line, err)
		}
	}
	return c.finish()
}

func (c *curlCommand) word(w word) error {
	text := w.text
	switch {
	case !strings.HasPrefix(text, "-") || text == "-":
		return c.url(w)
	case !strings.HasPrefix(text, "--"):
		return c.short(w)
	}
	switch text {
	case "--get":
		c.get = true
	case "--head":
		c.r.Request.Method = "HEAD"
	case "--globoff":
		c.raw = true
	case "--next":
		return errors.New("it has several requests (--next); paste one of them")
	default:
		return c.long(text, w)
	}
	return nil
}

// short reads a word of short options, -sSXPOST.
func (c *curlCommand) short(w word) error {
	for i := 1; i < len(w.text); i++ {
		switch letter := w.text[i]; {
		case letter == 'G':
			c.get = true
		case letter == 'I':
			c.r.Request.Method = "HEAD"
		case letter == 'g':
			c.raw = true
		case letter == ':':
			return errors.New("it has several requests (-:); paste one of them")
		case strings.IndexByte(curlShort, letter) >= 0:
		default:
			value := word{w.text[i+1:], w.line, w.problem}
			if value.text == "" {
				if len(c.words) == 0 {
					return fmt.Errorf("option %q has no value; complete or remove it", "-"+string(rune(letter)))
				}
				value, c.words = c.words[0], c.words[1:]
			}
			if name := shortNames[letter]; name != "" {
				_, err := c.option(name, value)
				return err
			}
			return nil
		}
	}
	return nil
}

// long reads a long option.
func (c *curlCommand) long(name string, w word) error {
	if len(c.words) == 0 {
		if known, _ := c.option(name, word{}); known {
			return fmt.Errorf("option %q has no value; complete or remove it", shorten(name))
		}
		return nil
	}
	known, err := c.option(name, c.words[0])
	if !known && !curlValues[name] && (c.words[0].text == "" || strings.HasPrefix(c.words[0].text, "-") || likeURL(c.words[0].text) || strings.Contains(name, "=") || !c.urlFollows()) {
		return nil // a flag that does not matter
	}
	c.words = c.words[1:]
	return err
}

// likeURL reports whether a word is probably the URL and not the value of an unknown option.
func likeURL(s string) bool {
	return strings.Contains(s, "://") || strings.HasPrefix(s, "localhost") || strings.HasPrefix(s, ":") || strings.HasPrefix(s, "127.")
}

// urlFollows reports whether the command has a URL besides the next word.
func (c *curlCommand) urlFollows() bool {
	return c.r.URL != "" || slices.ContainsFunc(c.words[1:], func(w word) bool { return likeURL(w.text) || w.text == "--url" })
}

// option reads an option with a value that changes the request. It reports whether it knows the option.
func (c *curlCommand) option(name string, value word) (known bool, err error) {
	var read func(string) error
	switch name {
	case "--request":
		read = func(v string) error { c.r.Request.Method = strings.ToUpper(v); return nil }
	case "--header":
		read = c.header
	case "--user-agent":
		read = func(v string) error { return c.header("User-Agent: " + v) }
	case "--url":
		return true, c.url(value)
	case "--request-target":
		read = func(v string) error { c.r.Request.Target = v; return nil }
	case "--data", "--data-ascii":
		read = func(v string) error { return c.body(v, true, true) }
	case "--data-binary":
		read = func(v string) error { return c.body(v, true, false) }
	case "--data-raw":
		read = func(v string) error { return c.body(v, false, false) }
	case "--json":
		read = func(v string) error { c.json = true; return c.body(v, true, false) }
	case "--upload-file":
		read = func(v string) error { c.put = true; return c.body("@"+v, true, false) }
	case "--data-urlencode", "--form", "--form-string", "--url-query", "--config", "--variable":
		read = func(string) error {
			return fmt.Errorf("option %q builds the request from parts, which ArtiBot does not; use --data-raw", name)
		}
	default:
		return false, nil
	}
	if value.problem != "" {
		return true, fmt.Errorf("option %s: %s", name, value.problem)
	}
	return true, read(value.text)
}

func (c *curlCommand) url(w word) error {
	switch {
	case w.problem != "":
		return fmt.Errorf("%q: %s", shorten(w.text), w.problem)
	case c.r.URL != "":
		return fmt.Errorf("it has two URLs, %q and %q; want one", shorten(c.r.URL), shorten(w.text))
	}
	c.r.URL = w.text
	return nil
}

// header reads "Name: value", "Name;" for a header without a value, and "Name:", which only removes a header of curl.
func (c *curlCommand) header(line string) error {
	name, value, ok := strings.Cut(line, ":")
	if strings.HasPrefix(line, ":") { // a pseudo-header
		name, value, ok = strings.Cut(line[1:], ":")
		name = ":" + name
	}
	if withoutValue, empty := strings.CutSuffix(line, ";"); !ok && empty {
		name, ok = withoutValue, true
	} else if ok && strings.TrimSpace(value) == "" {
		return nil
	}
	name = strings.TrimSpace(name)
	if strings.HasPrefix(line, "@") {
		return fmt.Errorf("its headers are in the file %q; write them into the command", shorten(line[1:]))
	}
	if !ok || !isToken(strings.TrimPrefix(name, ":")) {
		return fmt.Errorf("header %q, want Name: value", shorten(line))
	}
	if name != ":path" && name != ":method" {
		c.r.addHeader(name, value)
	}
	return nil
}

// body adds the value of a data option. If files is set, @NAME is the content of a file, and @- stdin, of which -d removes the
// line ends.
func (c *curlCommand) body(value string, files, lines bool) error {
	c.bodied = true
	if !files || !strings.HasPrefix(value, "@") {
		c.data = append(c.data, value)
		return nil
	}
	name := value[1:]
	switch {
	case name != "-" && name != ".":
		return fmt.Errorf("its body is in the file %q; pass the body and the header separately", shorten(name))
	case c.source != "":
		return fmt.Errorf("its body is not in the command: %s; pass the body and the header separately", c.source)
	case c.stdin == nil:
		return errors.New("its body comes from stdin; pass the body and the header separately")
	}
	value = string(c.stdin)
	if lines {
		value = strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(value)
	}
	c.data = append(c.data, value)
	return nil
}

var unglobbed = strings.NewReplacer(`\[`, "[", `\]`, "]", `\{`, "{", `\}`, "}")

func (c *curlCommand) finish() error {
	switch {
	case c.r.URL == "":
		return errors.New("it has no URL; paste the whole command")
	case c.get:
		return errors.New("it sends its data in the URL (-G); ArtiBot sends POST")
	}
	if !c.raw {
		c.r.URL = unglobbed.Replace(c.r.URL)
	}
	c.r.Request.Body = []byte(strings.Join(c.data, map[bool]string{true: "", false: "&"}[c.json]))
	if c.r.Request.Method == "" {
		c.r.Request.Method = "GET"
		if c.bodied {
			c.r.Request.Method = "POST"
		}
		if c.put {
			c.r.Request.Method = "PUT"
		}
	}
	return nil
}
