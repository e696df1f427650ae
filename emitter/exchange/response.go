package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"net/textproto"
	"strconv"
	"strings"
)

// MaxBody is the limit for a recorded response body, in bytes.
const MaxBody = 1 << 20

// Response is the response of the receiver. Status is the HTTP status code. Proto
// is for example "HTTP/1.1", which "" means too. Reason is the text after the status.
// Headers are in the order and spelling of the wire. Body is decoded from chunks.
// Truncated reports that the receiver sent more than Body holds.
type Response struct {
	Status        int
	Proto, Reason string
	Headers       Headers
	Body          []byte
	Truncated     bool
}

// ParseResponse reads the raw bytes of a response. It skips interim responses (1xx
// except 101). The bytes may end anywhere after the status line: the Response then
// has the complete header lines and the body so far, without an error. The body is
// cut to [MaxBody], which sets Truncated; so does truncated, by which the caller
// reports that raw is not all it received.
//
// The error describes why the bytes are not an HTTP response. The Response then has
// them as Body, for display. Body may share its memory with raw.
func ParseResponse(raw []byte, truncated bool) (Response, error) {
	r, rest, err := parseHead(raw)
	for err == nil && r.Status < 200 && r.Status != 101 {
		r, rest, err = parseHead(rest)
	}
	if err != nil {
		r, rest = Response{}, raw
		err = fmt.Errorf("reading a raw response: %w", err)
	}
	r.Body = r.decode(rest)
	r.Truncated = truncated || len(r.Body) > MaxBody
	r.Body = r.Body[:min(len(r.Body), MaxBody)]
	return r, err
}

// parseHead reads a status line and the headers that are complete.
func parseHead(raw []byte) (Response, []byte, error) {
	line, rest, whole := cutLine(raw)
	if !whole {
		return Response{}, nil, errors.New("it ends before the status line does")
	}
	r, err := parseStatusLine(string(line))
	if err != nil {
		return Response{}, nil, err
	}
	for {
		line, next, whole := cutLine(rest)
		switch {
		case len(raw)-len(next) > maxHead:
			return Response{}, nil, errLongHead
		case !whole:
			return r, nil, nil
		case len(line) == 0:
			return r, next, nil
		}
		r.addLine(string(line))
		rest = next
	}
}

func parseStatusLine(line string) (Response, error) {
	proto, rest, _ := strings.Cut(line, " ")
	code, reason, _ := strings.Cut(rest, " ")
	version, ok := strings.CutPrefix(proto, "HTTP/")
	status, err := strconv.ParseUint(code, 10, 16)
	if !ok || strings.Trim(version, "0123456789.") != "" || len(code) != 3 || err != nil || status < 100 || status > 599 {
		return Response{}, fmt.Errorf("status line %q, want HTTP/1.1 and a status code from 100 to 599", shorten(line))
	}
	return Response{Status: int(status), Proto: proto, Reason: textproto.TrimString(reason)}, nil
}

// addLine adds one header line. It accepts anything, since it is for display.
func (r *Response) addLine(line string) {
	if line[0] == ' ' || line[0] == '\t' {
		if n := len(r.Headers); n > 0 {
			h := &r.Headers[n-1]
			h.Value = textproto.TrimString(h.Value + " " + textproto.TrimString(line))
		}
		return
	}
	name, value, _ := strings.Cut(line, ":")
	r.Headers = append(r.Headers, Header{textproto.TrimString(name), textproto.TrimString(value)})
}

// decode returns the body in wire (RFC 9112, 6.3), at most one byte more than
// MaxBody.
func (r *Response) decode(wire []byte) []byte {
	limit := MaxBody + 1
	switch {
	case r.Status == 204 || r.Status == 304:
		return nil
	case r.isChunked():
		// After an error the chunks before it are used.
		body, _ := io.ReadAll(io.LimitReader(httputil.NewChunkedReader(bytes.NewReader(wire)), int64(limit)))
		wire = body
	default:
		if n, ok := r.contentLength(); ok {
			limit = min(limit, n)
		}
	}
	if len(wire) == 0 || limit == 0 {
		return nil
	}
	return wire[:min(len(wire), limit)]
}

// isChunked reports whether the body has chunks. HTTP/1.0 has none.
func (r *Response) isChunked() bool {
	coding := r.Headers.Get("Transfer-Encoding")
	last := coding[strings.LastIndexByte(coding, ',')+1:]
	return r.Proto != "HTTP/1.0" && strings.EqualFold(textproto.TrimString(last), "chunked")
}

// contentLength returns the length of the body, at most MaxBody+1. ok is false if there
// is no valid length; the body then extends to the end of the connection.
func (r *Response) contentLength() (n int, ok bool) {
	for _, h := range r.Headers {
		if !strings.EqualFold(h.Name, "Content-Length") {
			continue
		}
		v, err := strconv.ParseUint(h.Value, 10, 62)
		if err != nil || ok && int(min(v, MaxBody+1)) != n {
			return 0, false
		}
		n, ok = int(min(v, MaxBody+1)), true
	}
	return n, ok
}

// AppendRaw appends the raw bytes of a response, from which [ParseResponse] reads the
// same Response except Truncated. It is for responses that were not recorded as raw
// bytes; a chunked body becomes a single chunk.
func (r Response) AppendRaw(dst []byte) []byte {
	if r.Proto == "" {
		r.Proto = "HTTP/1.1"
	}
	dst = append(dst, r.Proto...)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(r.Status), 10)
	dst = append(dst, ' ')
	dst = append(dst, r.Reason...)
	dst = append(dst, "\r\n"...)
	for _, h := range r.Headers {
		dst = appendHeader(dst, h.Name, h.Value)
	}
	dst = append(dst, "\r\n"...)
	if !r.isChunked() {
		return append(dst, r.Body...)
	}
	if len(r.Body) > 0 {
		dst = strconv.AppendInt(dst, int64(len(r.Body)), 16)
		dst = append(dst, "\r\n"...)
		dst = append(dst, r.Body...)
		dst = append(dst, "\r\n"...)
	}
	return append(dst, "0\r\n\r\n"...)
}
