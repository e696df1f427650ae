package exchange

import (
	"math"
	"strings"
	"time"
)

// savedDelivery holds the fields of a delivery in the JSON of artihook that make a request.
type savedDelivery struct {
	Time       string
	URL        string
	SignURL    string `json:"sign_url"`
	Status     int
	DurationMS float64 `json:"duration_ms"`
	Target     string
	Request    Request
	Response   *Response
	Raw        []byte `json:"raw_request_base64"`
}

// isDelivery recognises the JSON of a delivery, and that of a request that listen received.
func isDelivery(in *input) bool {
	return in.has("sign_url", "request") || in.has("verified", "headers", "method", "url")
}

func readDelivery(in *input) ([]Recording, error) {
	if !in.has("request") {
		return readObject(in)
	}
	var d savedDelivery
	if err := in.decode(&d); err != nil {
		return nil, err
	}
	r := Recording{
		URL: d.SignURL, Request: d.Request, Response: d.Response, Time: savedTime(d.Time),
		Duration: time.Duration(math.Round(max(0, min(d.DurationMS, 1e12))*1000)) * time.Microsecond,
	}
	if r.Response != nil {
		r.Response.Status, r.Response.Proto = d.Status, "HTTP/1.1"
	}
	r.Request.Target = d.Target
	if d.Raw != nil {
		raw, err := ParseRequest(d.Raw)
		if err != nil {
			return nil, err
		}
		r.Request = raw
	}
	if r.URL == "" {
		r.URL = d.URL
	} else if d.URL != r.URL && d.URL != "" {
		r.Also = []string{d.URL}
	}
	if r.Request.Target == "" {
		if _, target, err := splitURL(r.URL); err == nil {
			r.Request.Target = target
		}
	}
	r.Request.Method = strings.ToUpper(r.Request.Method)
	return []Recording{r}, nil
}
