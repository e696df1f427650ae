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

// MaxBody is how much of a response body is kept, in bytes.
const MaxBody = 1 << 20

// Response is what the receiver answered. Status is the HTTP status code, Proto
// is like "HTTP/1.1" ("" means that), Reason the text behind the status.
// Headers are in the order and spelling of the wire. Body is decoded from
// chunks. Truncated tells that the receiver sent more body than is kept here.
type Response struct {
	Status        int
	Proto, Reason string
	Headers       Headers
	Body          []byte
	Truncated     bool
}

// ParseResponse reads a response as it came off the wire. Interim responses
// (1xx, but 101) are skipped. The bytes may be cut short anywhere: what is there
// is kept, whole header lines and as much body as arrived, and no error comes of
// it once the status line is whole. The body is cut to [MaxBody]; Truncated is
// set then, and when truncated says that the caller has kept less than it read.
//
// The error says why the bytes are no HTTP response. The Response beside it has
// them as Body, so that they can be shown. Body may share its memory with raw.
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

// parseHead reads a status line and its headers, as far as they go.
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
		return Response{}, fmt.Errorf("status line %q, want HTTP/1.1 and a status code from 100 to 599", brief(line))
	}
	return Response{Status: int(status), Proto: proto, Reason: textproto.TrimString(reason)}, nil
}

// addLine takes one header line. Receivers may send anything, and people want to
// see it, so nothing is refused here.
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

// decode returns the body that wire holds (RFC 9112, 6.3), at most one byte more
// than MaxBody.
func (r *Response) decode(wire []byte) []byte {
	limit := MaxBody + 1
	switch {
	case r.Status == 204 || r.Status == 304:
		return nil
	case r.isChunked():
		// An error means that the chunks end early or badly: what came before stays.
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

// isChunked leaves out HTTP/1.0, which has no chunks.
func (r *Response) isChunked() bool {
	coding := r.Headers.Get("Transfer-Encoding")
	last := coding[strings.LastIndexByte(coding, ',')+1:]
	return r.Proto != "HTTP/1.0" && strings.EqualFold(textproto.TrimString(last), "chunked")
}

// contentLength is not ok when there is none, or none that makes sense: then the
// body goes on to the end. A length beyond int64 counts as endless too.
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

// AppendRaw appends the response as bytes of the wire, such that [ParseResponse]
// reads the same Response again (Truncated apart). It is for responses that were
// not kept as raw bytes; a chunked body becomes a single chunk.
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
