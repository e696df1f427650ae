package exchange

import (
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"strconv"
	"strings"
)

// Recording is a request that another tool has saved. URL is the whole URL; it is "" if only the request was saved.
type Recording struct {
	URL     string
	Request Request
}

// Form is the format in which a request was saved.
type Form string

// The formats that Guess returns.
const (
	FormNone Form = ""     // not a request
	FormHTTP Form = "http" // the text of HTTP/1.1, or of an editor's .http file
	FormHAR  Form = "har"  // a HAR file or one entry of it
	FormCurl Form = "curl" // a curl command
)

// Guess returns the format of a saved request, judging by its beginning. For the body of an event it returns FormNone.
func Guess(text []byte) Form {
	start := strings.TrimLeft(string(text[:min(len(text), 4096)]), " \t\r\n\ufeff")
	switch first, _, _ := strings.Cut(start, "\n"); {
	case strings.HasPrefix(start, "{"):
		if looksLikeHAR(text) {
			return FormHAR
		}
	case strings.HasPrefix(start, "curl ") || strings.HasPrefix(start, "printf ") && strings.Contains(string(text), "| curl "):
		return FormCurl
	case strings.HasPrefix(start, "###") || strings.HasPrefix(start, "POST ") && isRequestLine(first):
		return FormHTTP
	}
	return FormNone
}

func isRequestLine(line string) bool {
	_, err := readRequestLine(strings.TrimSpace(line))
	return err == nil
}

// ReadHTTP reads a request that a proxy, logger or editor has saved. Unlike [ParseRequest] it accepts lines that end in a
// line feed alone, any version of HTTP or none, a whole URL as the target, comments before the first line, and a body
// without Content-Length. A body shorter than its Content-Length is an error, since no signature can fit it.
func ReadHTTP(text []byte) (Recording, error) {
	r, err := readHTTP(text)
	if err != nil {
		return Recording{}, fmt.Errorf("reading a raw request: %w", err)
	}
	return r, nil
}

func readHTTP(text []byte) (Recording, error) {
	if len(text) > 3 && string(text[:3]) == "\ufeff" {
		text = text[3:]
	}
	var r Recording
	rest := text
	for r.Request.Method == "" {
		line, after, whole := cutLine(rest)
		if rest = after; isComment(string(line)) && whole {
			continue
		}
		request, err := readRequestLine(strings.TrimSpace(string(line)))
		if err != nil {
			return r, err
		}
		r.Request = request
	}
	for {
		line, after, whole := cutLine(rest)
		if rest = after; len(line) == 0 {
			break
		}
		if len(text)-len(rest) > maxHead {
			return r, errLongHead
		}
		if err := r.addLine(string(line)); err != nil {
			return r, err
		}
		if !whole {
			break
		}
	}
	if strings.Contains(r.Request.Target, "://") {
		r.URL, r.Request.Target = r.Request.Target, ""
	}
	return r, r.setBody(rest)
}

func isComment(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//")
}

// readRequestLine reads METHOD target [HTTP/version].
func readRequestLine(line string) (Request, error) {
	method, target, _ := strings.Cut(line, " ")
	if at := strings.LastIndex(target, " HTTP/"); at >= 0 {
		target = target[:at]
	}
	target = strings.TrimSpace(target)
	plain := strings.HasPrefix(target, "/") || strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://")
	if !isToken(method) || !plain || strings.ContainsFunc(target, isControl) || strings.Contains(target, " ") {
		return Request{}, fmt.Errorf("request line %q, want METHOD target HTTP/1.1", shorten(line))
	}
	return Request{Method: strings.ToUpper(method), Target: target}, nil
}

// addLine adds a header. Of the pseudo-headers of HTTP/2 it uses :authority and ignores the others.
func (r *Recording) addLine(line string) error {
	if pseudo, value, ok := strings.Cut(strings.TrimPrefix(line, ":"), ":"); ok && strings.HasPrefix(line, ":") {
		if pseudo == "authority" {
			r.Request.Host = strings.TrimSpace(value)
		}
		return nil
	}
	h, err := parseHeaderLine(line)
	if err != nil {
		return err
	}
	if strings.EqualFold(h.Name, "Host") {
		r.Request.Host = h.Value
		return nil
	}
	r.Request.Headers = append(r.Request.Headers, h)
	return nil
}

// setBody sets the body from what follows the headers.
func (r *Recording) setBody(body []byte) error {
	if strings.EqualFold(r.Request.Headers.Get("Transfer-Encoding"), "chunked") {
		// Many loggers keep the header and the body without its chunks.
		if plain, err := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(string(body)))); err == nil {
			r.Request.Body = plain
			return nil
		}
	}
	length, given := r.Request.Headers.Lookup("Content-Length")
	if !given { // editors add a line feed at the end
		r.Request.Body = []byte(strings.TrimSuffix(strings.TrimSuffix(string(body), "\n"), "\r"))
		return nil
	}
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 {
		return fmt.Errorf("Content-Length %q, want a number of bytes", shorten(length))
	}
	if n > len(body) {
		return fmt.Errorf("the body has %d bytes, but Content-Length is %d: it was cut off or changed when it was saved", len(body), n)
	}
	r.Request.Body = body[:n]
	return nil
}

var errNoRequest = errors.New("it contains no request")
