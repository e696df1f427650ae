package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"artihook/emitter/exchange"
	"artihook/emitter/text"
)

// lineJSON is the usual object of a delivery with the fields that are needed to
// restore exactly the same delivery. The raw bytes are present only if they cannot be
// derived from the other fields.
type lineJSON struct {
	deliveryJSON
	Target      string `json:"target,omitempty" doc:"The request target. Only in history export."`
	StatusLine  string `json:"status_line,omitempty" doc:"The status line of the response. Only in history export."`
	Seed        uint64 `json:"seed,string,omitempty" doc:"The seed of the visitor. Only in history export."`
	RawRequest  []byte `json:"raw_request_base64,omitempty" doc:"The request in base64, if the other fields do not determine its bytes. Only in history export."`
	RawResponse []byte `json:"raw_response_base64,omitempty" doc:"The response in base64, if the other fields do not determine its bytes. Only in history export."`
}

// WriteLine writes a whole delivery as one line of JSON: the usual object with more
// fields at its end. [ReadLines] returns the same delivery.
func WriteLine(w io.Writer, d *Delivery) error {
	line := lineJSON{deliveryJSON: d.object(), Target: d.Request.Target, Seed: d.Seed}
	if !isPlainRequest(d) {
		line.RawRequest = d.RawRequest
	}
	if r := d.Response; r != nil {
		line.StatusLine = fmt.Sprintf("%s %d %s", r.Proto, r.Status, r.Reason)
		if !isPlainResponse(d) {
			line.RawResponse = d.RawResponse
		}
	}
	encoded, err := text.EncodeJSON(line)
	if err != nil {
		return fmt.Errorf("writing delivery %d as JSON: %w", d.ID, err)
	}
	_, err = w.Write(append(encoded, '\n'))
	return err
}

// isPlainRequest reports whether the raw bytes can be derived from the fields.
func isPlainRequest(d *Delivery) bool {
	return d.RawRequest == nil || isPlainHead(d.RawRequest, d.Request.Headers) && bytes.Equal(d.RawRequest, d.Request.AppendRaw(nil))
}

func isPlainResponse(d *Delivery) bool {
	return d.RawResponse == nil || isPlainHead(d.RawResponse, d.Response.Headers) && bytes.Equal(d.RawResponse, d.Response.AppendRaw(nil))
}

// isPlainHead reports whether JSON preserves the headers: they are UTF-8, and no name
// occurs twice, since an object would merge the two.
func isPlainHead(raw []byte, headers []exchange.Header) bool {
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	seen := map[string]bool{"host": false, "content-length": false}
	for _, h := range headers {
		name := strings.ToLower(h.Name)
		if seen[name] {
			return false
		}
		seen[name] = true
	}
	return utf8.Valid(head)
}

// maxLine is the limit for a line, in bytes.
const maxLine = 256 << 20

// ReadLines reads the output of [WriteLine], and of commands with -o json. It stops
// at the first error, which contains the number of the line.
func ReadLines(r io.Reader) iter.Seq2[Delivery, error] {
	return func(yield func(Delivery, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, maxLine)
		n := 0
		for lines.Scan() {
			n++
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			d, err := readLine(lines.Bytes())
			if err != nil {
				err = fmt.Errorf("line %d: %w", n, err)
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
		err := lines.Err()
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("line %d is longer than %d MB", n+1, maxLine>>20)
		}
		if err != nil {
			yield(Delivery{}, err)
		}
	}
}

// maxStatus is the largest status of a response.
const maxStatus = 999

var errNoDelivery = errors.New("want a delivery as artihook history export writes it, one object per line")

func readLine(text []byte) (Delivery, error) {
	line := lineJSON{}
	line.Status = -1
	if err := json.Unmarshal(text, &line); err != nil {
		return Delivery{}, describeJSONError(err)
	}
	created, err := time.Parse(time.RFC3339Nano, line.Time)
	if err != nil || line.Status < 0 || line.Status > maxStatus {
		return Delivery{}, errNoDelivery
	}
	d := Delivery{
		ID: line.ID, Time: created.UTC().Truncate(time.Microsecond), State: Done,
		Webhook: line.Webhook, URL: line.URL, SignURL: line.SignURL, Scheme: line.Scheme, Edition: line.Edition,
		Event: line.Event, Lead: line.Lead, Version: line.Version, Attempt: line.Attempt, Bot: line.Bot, Seed: line.Seed,
		Scenario: line.Scenario, Step: line.Step, ResendOf: max(0, line.ResendOf), Source: line.Source,
		Tampered: line.Tampered, Proxy: line.Proxy,
		Status: line.Status, Error: currentError(line.Error), Reason: line.Reason,
		Duration:   time.Duration(math.Round(max(0, min(line.DurationMS, 1e12))*1000)) * time.Microsecond,
		RawRequest: line.rawRequest(), RawResponse: line.rawResponse(),
	}
	if line.State == Unknown || line.State == Planned {
		d.State, d.Error, d.Reason = Unknown, ErrorUnknown, reasonUnknown
		d.Status, d.Duration, d.RawResponse = 0, 0, nil
	}
	d.parseExchange(line.Response != nil && line.Response.Truncated)
	return d, nil
}

// describeJSONError returns an error of encoding/json without the names of Go types.
func describeJSONError(err error) error {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("it is not valid JSON (at byte %d): %w", syntax.Offset, errNoDelivery)
	case errors.As(err, &wrong) && wrong.Field != "":
		return fmt.Errorf("%q cannot be a %s: %w", wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:], wrong.Value, errNoDelivery)
	case errors.As(err, &wrong):
		return errNoDelivery
	}
	return err
}

func (line *lineJSON) rawRequest() []byte {
	if line.RawRequest != nil {
		return line.RawRequest
	}
	r := line.Request
	if r.Target = line.Target; r.Target == "" {
		r.Target = targetOf(line.SignURL)
	}
	return r.AppendRaw(nil)
}

func (line *lineJSON) rawResponse() []byte {
	r := line.Response
	if r == nil || line.RawResponse != nil {
		return line.RawResponse
	}
	r.Proto, r.Status, r.Reason = "HTTP/1.1", line.Status, http.StatusText(line.Status)
	if head, err := exchange.ParseResponse([]byte(line.StatusLine+"\r\n\r\n"), false); err == nil {
		r.Proto, r.Status, r.Reason = head.Proto, head.Status, head.Reason
	}
	return r.AppendRaw(nil)
}

// targetOf returns path and query of a URL.
func targetOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return "/"
}
