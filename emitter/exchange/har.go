package exchange

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"artihook/emitter/text"
)

// Entry is one exchange in an HTTP archive.
type Entry struct {
	URL      string        // where the request was sent
	Started  time.Time     // when
	Duration time.Duration // until the response was complete or the request failed
	Request  Request
	Response *Response // nil if there is none
	Error    string    // why the request failed; "" if it did not
	Comment  string    // may be ""
}

// HAR writes an HTTP archive (HAR 1.2), entry by entry, for the developer tools of
// browsers. A response body that is not UTF-8 is written in base64, as the format
// requires. The format has no encoding for request bodies: such a body is written to
// postData.text in base64, and the additional field "_encoding" is "base64". The
// error of a failed request is in "_error", as in Chrome.
type HAR struct {
	w       io.Writer
	creator string
	entries int
}

// NewHAR returns a HAR that writes to w. version is the version of this program, for
// the archive's creator. Close completes the archive.
func NewHAR(w io.Writer, version string) *HAR { return &HAR{w: w, creator: version} }

type harBody struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Encoding string `json:"encoding,omitempty"`
}

type harPost struct {
	MimeType string    `json:"mimeType"`
	Params   []harPair `json:"params"`
	Text     string    `json:"text"`
	Encoding string    `json:"_encoding,omitempty"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []harPair `json:"cookies"`
	Headers     []harPair `json:"headers"`
	QueryString []harPair `json:"queryString"`
	PostData    *harPost  `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
}

type harResponse struct {
	Status      int       `json:"status"`
	StatusText  string    `json:"statusText"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []harPair `json:"cookies"`
	Headers     []harPair `json:"headers"`
	Content     harBody   `json:"content"`
	RedirectURL string    `json:"redirectURL"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
	Error       string    `json:"_error,omitempty"`
	Comment     string    `json:"comment,omitempty"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Comment  string      `json:"comment,omitempty"`
}

// Add writes one entry.
func (h *HAR) Add(e Entry) error {
	ms := float64(e.Duration.Microseconds()) / 1000
	// The durations of sending and receiving are unknown: all of it counts as waiting.
	encoded, err := text.EncodeJSON(harEntry{
		Started: e.Started.UTC().Format("2006-01-02T15:04:05.000000Z07:00"), Time: ms,
		Request: newHARRequest(e), Response: newHARResponse(e), Timings: harTimings{Wait: ms}, Comment: e.Comment,
	})
	if err != nil {
		return fmt.Errorf("writing an archive: %w", err)
	}
	before := ",\n"
	if h.entries == 0 {
		before = h.head()
	}
	h.entries++
	_, err = h.w.Write(append([]byte(before), encoded...))
	return err
}

func (h *HAR) head() string {
	version, _ := text.EncodeJSON(h.creator) // a string cannot fail
	return `{"log":{"version":"1.2","creator":{"name":"artihook","version":` + string(version) + `},"pages":[],"entries":[` + "\n"
}

// Close writes the end of the archive. The writer stays open.
func (h *HAR) Close() error {
	end := "\n]}}\n"
	if h.entries == 0 {
		end = h.head() + "]}}\n"
	}
	_, err := io.WriteString(h.w, end)
	return err
}

func newHARRequest(e Entry) harRequest {
	r := harRequest{
		Method: e.Request.method(), URL: e.URL, HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: []harPair{},
		QueryString: queryPairs(e.URL), BodySize: len(e.Request.Body),
	}
	for name, value := range e.Request.Lines() {
		r.Headers = append(r.Headers, harPair{name, value})
	}
	raw := e.Request.AppendRaw(nil)
	r.HeadersSize = len(raw) - len(e.Request.Body)
	if len(e.Request.Body) > 0 {
		text, encoding := harText(e.Request.Body)
		r.PostData = &harPost{MimeType: cleanValue(e.Request.Headers.Get("Content-Type")), Params: []harPair{}, Text: text, Encoding: encoding}
	}
	return r
}

// newHARResponse returns the response of an entry. Its status is 0 if there is none, as in browsers.
func newHARResponse(e Entry) harResponse {
	r := harResponse{Cookies: []harPair{}, Headers: []harPair{}, HeadersSize: -1, BodySize: -1, Error: e.Error}
	if e.Response == nil {
		return r
	}
	r.Status, r.StatusText, r.HTTPVersion = e.Response.Status, e.Response.Reason, e.Response.Proto
	for _, h := range e.Response.Headers {
		r.Headers = append(r.Headers, harPair(h))
	}
	r.RedirectURL = e.Response.Headers.Get("Location")
	r.Content = harBody{Size: len(e.Response.Body), MimeType: e.Response.Headers.Get("Content-Type")}
	r.Content.Text, r.Content.Encoding = harText(e.Response.Body)
	if e.Response.Truncated {
		r.Comment = "the receiver sent more than was recorded"
	} else {
		r.BodySize = len(e.Response.Body)
	}
	if r.HTTPVersion == "" {
		r.HTTPVersion = "HTTP/1.1"
	}
	return r
}

func harText(body []byte) (text, encoding string) {
	if utf8.Valid(body) && !bytes.ContainsRune(body, 0) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

// queryPairs returns the parameters of the query. A part that cannot be decoded stays as it is.
func queryPairs(address string) []harPair {
	pairs := []harPair{}
	_, query, _ := strings.Cut(address, "?")
	query, _, _ = strings.Cut(query, "#")
	decode := func(s string) string {
		if decoded, err := url.QueryUnescape(s); err == nil {
			return decoded
		}
		return s
	}
	for part := range strings.SplitSeq(query, "&") {
		if part != "" {
			name, value, _ := strings.Cut(part, "=")
			pairs = append(pairs, harPair{decode(name), decode(value)})
		}
	}
	return pairs
}
