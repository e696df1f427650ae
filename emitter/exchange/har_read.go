package exchange

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// savedEntry holds the fields of a HAR entry that are read (HAR 1.2).
type savedEntry struct {
	Started string  `json:"startedDateTime"`
	Time    float64 // in milliseconds
	Request struct {
		Method   string
		URL      string
		Headers  savedHeaders
		PostData *struct {
			Text *string
			// HAR has no encoding for request bodies. Tools put "base64" into one of these fields.
			Encoding       string
			CustomEncoding string `json:"_encoding"`
			Comment        string
		}
	}
	Response *struct {
		Status      int
		StatusText  string
		HTTPVersion string
		Headers     savedHeaders
		Content     struct{ Text, Encoding string }
	}
}

// isHAR recognises an entry of a HAR file.
func isHAR(in *input) bool { return in.inner("request").has("method", "url") }

func readHAR(in *input) ([]Recording, error) {
	var e savedEntry
	if err := in.decode(&e); err != nil {
		return nil, err
	}
	r := Recording{
		URL: e.Request.URL, Time: savedTime(e.Started), Duration: time.Duration(max(0, min(e.Time, 1e12)) * float64(time.Millisecond)),
	}
	r.addSaved(e.Request.Headers)
	r.Request.Method, r.Request.Target = strings.ToUpper(e.Request.Method), "" // and not the pseudo-headers of HTTP/2
	r.Response = e.response()
	post := e.Request.PostData
	switch {
	case post == nil || post.Text == nil:
		if r.needsBody() {
			return nil, errNoBody
		}
	case post.Encoding == "base64" || post.CustomEncoding == "base64" || post.Comment == "base64":
		body, err := base64.StdEncoding.DecodeString(*post.Text)
		if err != nil {
			return nil, fmt.Errorf("its body is not valid base64: %w", err)
		}
		r.Request.Body = body
	default:
		if *post.Text == "" && r.needsBody() {
			return nil, errNoBody
		}
		r.Request.Body = []byte(*post.Text)
	}
	return []Recording{r}, nil
}

// response returns the response of the entry; nil if there is none. Browsers write status 0 for a failed request.
func (e *savedEntry) response() *Response {
	if e.Response == nil || e.Response.Status < 100 || e.Response.Status > 599 {
		return nil
	}
	r := &Response{Status: e.Response.Status, Reason: cleanValue(e.Response.StatusText), Proto: "HTTP/1.1"}
	for _, h := range e.Response.Headers {
		name := strings.ToLower(h.Name)
		if isToken(h.Name) && name != "content-encoding" && name != "transfer-encoding" && name != "content-length" {
			r.Headers = append(r.Headers, Header{h.Name, cleanValue(h.Value)})
		}
	}
	r.Body = []byte(e.Response.Content.Text)
	if body, err := base64.StdEncoding.DecodeString(e.Response.Content.Text); err == nil && e.Response.Content.Encoding == "base64" {
		r.Body = body
	}
	return r
}
