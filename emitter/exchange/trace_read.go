package exchange

import (
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"
)

var (
	traceMark = text.Regexp(`(?m)^[^\n<>*]{0,64}?> (?:[A-Z]{3,10} (?:/|https?://)\S*( HTTP/[\d.]+)?|:method: )`)
	dataMark  = text.Regexp(`(?m)^(?:[\d:.]+ )?=> Send header, \d+ bytes`)
	signedRow = text.Regexp(`(?m)^signed for +(\S+)`)
	tlsMark   = text.Regexp(`(?m)^.{0,64}\* .*(?:port 443\b|SSL connection using|TLS handshake)`)
)

// isTrace recognises the output of curl -v or --trace-ascii, and of artihook with -v.
func isTrace(in *input) bool {
	start := colors().ReplaceAllString(in.text[:min(len(in.text), 256<<10)], "")
	return traceMark().MatchString(start) || dataMark().MatchString(start)
}

// readTrace reads the requests of a trace. A request of curl -v has no body, unless the command that was traced precedes it.
func readTrace(in *input) ([]Recording, error) {
	if dataMark().MatchString(in.text) {
		return readDump(in)
	}
	t := tracer{reading: -1}
	for line := range strings.SplitSeq(colors().ReplaceAllString(in.text, ""), "\n") {
		t.line++
		if err := t.add(strings.TrimSuffix(line, "\r")); err != nil {
			return nil, &lineError{t.line, err}
		}
	}
	if err := t.end(); err != nil {
		return nil, &lineError{t.line, err}
	}
	return t.list, nil
}

// tracer collects the lines of requests.
type tracer struct {
	list    []Recording
	above   []string // lines before the request that are part of no exchange
	head    []string
	body    []string
	reading int // where the next line with > belongs: -1 before a request, 0 its head, 1 its body
	line    int
	begun   int // the line of the request line
}

func (t *tracer) add(line string) error {
	text, ok := cutSign(line, '>')
	switch {
	case ok && t.reading == 1 && len(t.body) == 0 && isFirstLine(text):
		if err := t.end(); err != nil { // the request before it had no body
			return err
		}
		t.reading, t.head, t.begun = 0, []string{text}, t.line
	case ok && t.reading < 0:
		if isFirstLine(text) {
			t.reading, t.head, t.begun = 0, []string{text}, t.line
		}
	case ok && t.reading == 0 && text == "":
		t.reading = 1
	case ok && t.reading == 0:
		t.head = append(t.head, text)
	case ok:
		t.body = append(t.body, text)
	default:
		if _, response := cutSign(line, '<'); response || t.reading == 1 && len(t.body) > 0 {
			return t.end()
		}
		t.above = append(t.above, line)
	}
	return nil
}

// cutSign returns the text after a sign at the beginning of the line. curl ends a head with the sign alone.
func cutSign(line string, sign byte) (string, bool) {
	at := strings.IndexByte(line, sign)
	if at < 0 || at > 0 && logPrefixes().FindString(line) != line[:at] {
		return "", false
	}
	text := line[at+1:]
	if text != "" && text[0] != ' ' {
		return "", false
	}
	return strings.TrimPrefix(text, " "), true
}

var colors = text.Regexp("\x1b\\[[0-9;]*m")

// end adds the request that was read.
func (t *tracer) end() error {
	if t.reading < 0 {
		return nil
	}
	h := httpReader{rest: strings.Join(t.head, "\n"), line: t.begun}
	r, err := h.request()
	if err != nil {
		return err
	}
	above := strings.Join(t.above, "\n")
	switch {
	case len(t.body) > 0:
		r.Request.Body, err = r.tracedBody(strings.Join(t.body, "\n"))
	case r.needsBody():
		r.Err = &lineError{t.begun, errNoBody}
		if command, err := readCurl(&input{text: above}); err == nil && len(command) == 1 && len(command[0].Request.Body) > 0 {
			r.Request.Body, r.Err = command[0].Request.Body, nil
		}
	}
	if err != nil {
		return err
	}
	if row := signedRow().FindStringSubmatch(above); row != nil {
		r.URL = row[1]
	} else if tlsMark().MatchString(above) {
		r.setURL("https")
	} else if strings.Contains(above, "* ") {
		r.setURL("http")
	} else if shown := deliveryLine().FindStringSubmatch(above); shown != nil {
		r.Also = append(r.Also, shown[1])
		scheme, _, _ := strings.Cut(shown[1], "://")
		r.setURL(scheme)
	}
	t.list = append(t.list, r)
	t.reading, t.above, t.head, t.body = -1, nil, nil, nil
	return nil
}

// deliveryLine matches the line that artihook prints for a delivery.
var deliveryLine = text.Regexp(`(?m)^(?:\d\d:\d\d:\d\d )?\[[a-z0-9 ]+\] \S+ (?:v\d+ )?(https?://\S+)`)

var cutBody = text.Regexp(`\n?… and \d+ bytes more, which -o json shows$`)

// tracedBody returns the body of the lines of a trace, in the spelling that has the length of Content-Length. artihook
// escapes characters that cannot be seen.
func (r *Recording) tracedBody(shown string) ([]byte, error) {
	if cutBody().MatchString(shown) {
		return nil, errors.New("the body is cut; print it with -o json")
	}
	length, ok := r.Request.Headers.Lookup("Content-Length")
	for _, spelling := range []string{shown, unescaped(shown)} {
		if body := r.fitBody(spelling); !ok || length == strconv.Itoa(len(body)) {
			return body, nil
		}
	}
	return []byte(shown), nil
}

var visible = text.Regexp(`\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|r)`)

// unescaped returns the text with the characters that artihook showed as an escape.
func unescaped(shown string) string {
	return visible().ReplaceAllStringFunc(shown, func(escape string) string {
		if escape == `\r` {
			return "\r"
		}
		n, err := strconv.ParseUint(escape[2:], 16, 32)
		if err != nil {
			return escape
		}
		if escape[1] == 'x' {
			return string([]byte{byte(n)})
		}
		return string(utf8.AppendRune(nil, rune(n)))
	})
}

var (
	dumpPart = text.Regexp(`^(?:[\d:.]+ )?(=>|<=|==) (Send header|Send data|Info|Recv|Send SSL)?`)
	dumpHex  = text.Regexp(`^[0-9a-f]{4,8}: ((?:[0-9a-f]{2} ){1,16})`)
	dumpText = text.Regexp(`^[0-9a-f]{4,8}: (.*)$`)
)

// readDump reads the output of curl --trace, which is exact, or of --trace-ascii, which shows a dot for other bytes.
func readDump(in *input) ([]Recording, error) {
	var head, body []string
	var list []Recording
	part := ""
	end := func() error {
		if len(head) == 0 {
			return nil
		}
		found, err := readHTTP(&input{text: strings.TrimRight(strings.Join(head, "\n"), "\r\n") + "\n\n" + strings.Join(body, "")})
		list, head, body = append(list, found...), nil, nil
		return err
	}
	for line := range strings.SplitSeq(in.text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if m := dumpPart().FindStringSubmatch(line); m != nil {
			if m[2] == "Send header" {
				if err := end(); err != nil {
					return nil, err
				}
			}
			part = m[2]
			continue
		}
		text, exact := dumped(line)
		switch {
		case part == "Send data":
			body = append(body, text)
		case part == "Send header" && exact:
			if len(head) == 0 {
				head = []string{""}
			}
			head[0] += text
		case part == "Send header":
			head = append(head, text)
		}
	}
	if err := end(); err != nil {
		return nil, err
	}
	for i := range list {
		if len(list[i].Request.Body) == 0 && list[i].needsBody() {
			list[i].Err = errNoBody
		}
	}
	return list, nil
}

// dumped returns the text of a line of a dump, and whether its bytes are exact.
func dumped(line string) (text string, exact bool) {
	if m := dumpHex().FindStringSubmatch(line); m != nil {
		if data, err := hex.DecodeString(strings.ReplaceAll(m[1], " ", "")); err == nil {
			return string(data), true
		}
	}
	if m := dumpText().FindStringSubmatch(line); m != nil {
		return m[1], false
	}
	return "", false
}
