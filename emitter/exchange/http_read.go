package exchange

import (
	"fmt"
	"io"
	"net/http/httputil"
	"strings"

	"artihook/emitter/text"
)

// logPrefixes match what loggers write before each line: a time, the name of a container, both.
var logPrefixes = text.Regexp(`^(?:[\w.-]+ +\| ?)?(?:` +
	`\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d)?\]?:? ?` + // 2026-01-31T09:30:00.5Z
	`|\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?:? ?` + // 09:30:00.5
	`|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?:[\w.-]+ [\w./-]+(?:\[\d+\])?: )?` + // Jan 31 09:30:00 host app[1]:
	`)?`)

// isHTTP recognises a request line, a comment of an editor's file before it, or the pseudo-headers of HTTP/2.
func isHTTP(in *input) bool {
	for line := range strings.SplitSeq(in.text[:min(len(in.text), 64<<10)], "\n") {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "###"):
			return true
		case isComment(line):
			continue
		}
		return isFirstLine(unprefixed(line))
	}
	return false
}

// isFirstLine recognises a request line by its method, the first line of a response, which gets an error of its own, and a
// pseudo-header.
func isFirstLine(line string) bool {
	method, rest, _ := strings.Cut(line, " ")
	switch {
	case strings.HasPrefix(line, ":method") || strings.HasPrefix(line, ":authority") || strings.HasPrefix(line, ":path") || strings.HasPrefix(line, ":scheme"):
		return true
	case strings.HasPrefix(line, "HTTP/") && isResponse(line):
		return true
	}
	switch strings.ToUpper(method) {
	case "POST", "PUT", "PATCH", "GET", "HEAD", "DELETE", "OPTIONS":
		rest = strings.TrimSpace(rest)
		return isTarget(rest) || strings.Contains(rest, " HTTP/")
	}
	return false
}

func isTarget(s string) bool {
	return strings.HasPrefix(s, "/") || strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

func isResponse(line string) bool {
	_, err := parseStatusLine(line)
	return err == nil
}

func unprefixed(line string) string { return line[len(logPrefixes().FindString(line)):] }

// readHTTP reads requests that a proxy, logger or editor has saved. Unlike [ParseRequest] it accepts lines that end in a
// line feed alone, any version of HTTP or none, a whole URL as the target, comments before the first line, a time before
// each line, and any Content-Length. "###" separates requests.
func readHTTP(in *input) ([]Recording, error) {
	rest, line := in.text, max(in.line, 1)
	if without, ok := withoutPrefixes(rest); ok {
		rest = without
	}
	var list []Recording
	for {
		r := httpReader{rest: rest, line: line}
		if r.skipComments(); r.rest == "" {
			break
		}
		recording, err := r.request()
		if err != nil {
			return nil, err
		}
		list = append(list, recording)
		rest, line = r.rest, r.line
	}
	return list, nil
}

// withoutPrefixes removes the prefixes of a logger if the first line has one.
func withoutPrefixes(whole string) (string, bool) {
	first := strings.TrimLeft(whole, "\r\n")
	if logPrefixes().FindString(first) == "" {
		return whole, false
	}
	lines := strings.Split(whole, "\n")
	for i := range lines {
		lines[i] = unprefixed(lines[i])
	}
	return strings.Join(lines, "\n"), true
}

// httpReader reads one request after the other.
type httpReader struct {
	rest string // not read yet
	line int    // of rest
}

// next returns the next line without its end.
func (h *httpReader) next() string {
	line, rest, _ := strings.Cut(h.rest, "\n")
	h.rest = rest
	h.line++
	return strings.TrimSuffix(line, "\r")
}

func (h *httpReader) skipComments() {
	for h.rest != "" {
		line, _, _ := strings.Cut(h.rest, "\n")
		if !isComment(line) {
			return
		}
		h.next()
	}
}

func isComment(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//")
}

func (h *httpReader) request() (Recording, error) {
	var r Recording
	begin := len(h.rest)
	if !strings.HasPrefix(h.rest, ":") {
		at := h.line
		request, err := readRequestLine(strings.TrimSpace(h.next()))
		if err != nil {
			return r, &lineError{at, err}
		}
		r.Request = request
	}
	for h.rest != "" {
		at := h.line
		line := h.next()
		if strings.TrimSpace(line) == "" {
			break
		}
		if begin-len(h.rest) > maxHead {
			return r, &lineError{at, errLongHead}
		}
		if err := r.addLine(line); err != nil {
			return r, &lineError{at, err}
		}
	}
	if isTarget(r.Request.Target) && r.Request.Target[0] != '/' {
		r.URL, r.Request.Target = r.Request.Target, ""
	}
	if r.Request.Method == "" {
		r.Request.Method = "POST" // the pseudo-header was left out
	}
	r.setURL(r.scheme)
	r.setBody(h.body())
	return r, nil
}

// body returns the body: all that follows, or the part before a line that begins with "###".
func (h *httpReader) body() string {
	body := h.rest
	if strings.HasPrefix(body, "###") {
		body = ""
	} else if end := strings.Index(body, "\n###"); end >= 0 {
		body = strings.TrimSuffix(body[:end], "\r")
	}
	h.rest = h.rest[len(body):]
	h.line += strings.Count(body, "\n")
	return body
}

// readRequestLine reads METHOD target [HTTP/version].
func readRequestLine(line string) (Request, error) {
	if isResponse(line) {
		return Request{}, fmt.Errorf("%q begins a response; save the request", shorten(line))
	}
	method, target, _ := strings.Cut(line, " ")
	if at := strings.LastIndex(target, " HTTP/"); at >= 0 {
		target = target[:at]
	}
	target = strings.TrimSpace(target)
	if !isToken(method) || !isTarget(target) || strings.ContainsFunc(target, isControl) || strings.Contains(target, " ") {
		return Request{}, fmt.Errorf("request line %q, want METHOD target HTTP/1.1", shorten(line))
	}
	return Request{Method: strings.ToUpper(method), Target: target}, nil
}

// addLine adds a header line, with a pseudo-header of HTTP/2 too.
func (r *Recording) addLine(line string) error {
	name, value, ok := strings.Cut(strings.TrimPrefix(line, ":"), ":")
	if strings.HasPrefix(line, ":") {
		name = ":" + name
	}
	if !ok || !isToken(strings.TrimPrefix(name, ":")) {
		return fmt.Errorf("header line %q, want Name: value", shorten(line))
	}
	r.addHeader(name, value)
	return nil
}

// setBody sets the body from what follows the headers.
func (r *Recording) setBody(body string) {
	if strings.EqualFold(r.Request.Headers.Get("Transfer-Encoding"), "chunked") {
		// Many loggers keep the header and the body without its chunks.
		if plain, err := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(body))); err == nil {
			r.Request.Body = plain
			return
		}
	}
	r.Request.Body = r.fitBody(body)
}
