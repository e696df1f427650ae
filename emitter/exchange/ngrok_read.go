package exchange

import (
	"encoding/base64"
	"errors"
	"strings"
	"time"
)

// ngrokCapture holds the fields of a request in the inspection API of ngrok.
type ngrokCapture struct {
	Start    string
	Duration int64 // in nanoseconds
	Request  struct {
		Method, URI string
		Headers     savedHeaders
		Raw         string // the bytes of the wire in base64
	}
	Response struct{ Raw string }
}

func isNgrok(in *input) bool { return in.inner("request").has("raw") }

func readNgrok(in *input) ([]Recording, error) {
	var c ngrokCapture
	if err := in.decode(&c); err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(c.Request.Raw)
	if err != nil {
		return nil, errors.New(`"raw" is not valid base64`)
	}
	list, err := readHTTP(&input{text: string(raw)})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errors.New(`"raw" contains no request`)
	}
	r := list[0]
	if len(r.Request.Body) == 0 && r.needsBody() {
		return nil, errNoBody
	}
	r.Time, r.Duration = savedTime(c.Start), time.Duration(max(0, c.Duration))
	scheme := r.Request.Headers.Get("X-Forwarded-Proto")
	if scheme == "" {
		scheme = "https"
	}
	r.setURL(strings.ToLower(scheme))
	if raw, err := base64.StdEncoding.DecodeString(c.Response.Raw); err == nil && len(raw) > 0 {
		if response, err := ParseResponse(raw, false); err == nil {
			r.Response = &response
		}
	}
	return []Recording{r}, nil
}
