package exchange

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"artihook/emitter/text"
)

// MarshalJSON writes {"method", "headers", "body"}. headers maps each name to an
// array of values, in the order of the wire and with Host and Content-Length. A
// body that is not UTF-8 is "body_base64" instead of "body". MarshalJSON does not
// escape HTML characters, but json.Marshal does; use an Encoder with
// SetEscapeHTML(false).
func (r Request) MarshalJSON() ([]byte, error) {
	all := make(Headers, 0, len(r.Headers)+2)
	for name, value := range r.Lines() {
		all = append(all, Header{name, value})
	}
	return text.EncodeJSON(requestJSON{r.method(), all, newBodyJSON(r.Body)})
}

// UnmarshalJSON reads the output of [Request.MarshalJSON]. The header Host sets Host,
// Content-Length is dropped. The object has no Target, so Target keeps its value.
func (r *Request) UnmarshalJSON(data []byte) error {
	var v requestJSON
	if err := json.Unmarshal(data, &v); err != nil {
		return fmt.Errorf("reading a request: %w", err)
	}
	body, err := v.bytes()
	if err != nil {
		return fmt.Errorf("reading a request: %w", err)
	}
	rest := v.Headers
	host, err := take(&rest, "Host", true)
	if err != nil {
		return fmt.Errorf("reading a request: %w", err)
	}
	if _, err := take(&rest, "Content-Length", true); err != nil {
		return fmt.Errorf("reading a request: %w", err)
	}
	*r = Request{Method: v.Method, Target: r.Target, Host: host.Value, Headers: rest, Body: body}
	return nil
}

// MarshalJSON writes {"headers", "body", "truncated"}, as [Request.MarshalJSON]
// does. The status is not part of it: a delivery has it in a field of its own.
func (r Response) MarshalJSON() ([]byte, error) {
	return text.EncodeJSON(responseJSON{r.Headers, newBodyJSON(r.Body), r.Truncated})
}

// UnmarshalJSON reads the output of [Response.MarshalJSON]. The object has no Status,
// Proto and Reason, so these keep their values.
func (r *Response) UnmarshalJSON(data []byte) error {
	var v responseJSON
	if err := json.Unmarshal(data, &v); err != nil {
		return fmt.Errorf("reading a response: %w", err)
	}
	body, err := v.bytes()
	if err != nil {
		return fmt.Errorf("reading a response: %w", err)
	}
	r.Headers, r.Body, r.Truncated = v.Headers, body, v.Truncated
	return nil
}

type requestJSON struct {
	Method  string  `json:"method" doc:"The method, usually POST."`
	Headers Headers `json:"headers" doc:"The headers by name, each with an array of values, in the order of the wire."`
	bodyJSON
}

type responseJSON struct {
	Headers Headers `json:"headers" doc:"The headers by name, each with an array of values, in the order of the wire."`
	bodyJSON
	Truncated bool `json:"truncated" doc:"Whether the recorded body is only the beginning of the body."`
}

// bodyJSON holds a body as text or in base64; the other field is omitted.
type bodyJSON struct {
	Text   *string `json:"body,omitempty" doc:"The body, if it is UTF-8."`
	Base64 *string `json:"body_base64,omitempty" form:"base64" doc:"The body in base64, if it is not UTF-8."`
}

func newBodyJSON(body []byte) bodyJSON {
	if utf8.Valid(body) {
		text := string(body)
		return bodyJSON{Text: &text}
	}
	text := base64.StdEncoding.EncodeToString(body)
	return bodyJSON{Base64: &text}
}

func (b bodyJSON) bytes() ([]byte, error) {
	switch {
	case b.Text != nil && b.Base64 != nil:
		return nil, errors.New(`both "body" and "body_base64" are set, want one of them`)
	case b.Base64 != nil:
		body, err := base64.StdEncoding.DecodeString(*b.Base64)
		if err != nil {
			return nil, fmt.Errorf(`"body_base64": %w`, err)
		}
		return body, nil
	case b.Text != nil && *b.Text != "":
		return []byte(*b.Text), nil
	}
	return nil, nil
}
