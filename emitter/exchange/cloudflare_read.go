package exchange

import (
	"cmp"
	"strings"
	"time"
)

// cloudflareEvent holds the fields of an event of a Cloudflare Worker, as wrangler tail, a tail worker or a log writes it.
// The usual event has no body; a worker that logs its requests adds one.
type cloudflareEvent struct {
	EventTimestamp int64 // in milliseconds
	Event          struct {
		Request  cloudflareRequest
		Response struct{ Status int }
	}
	cloudflareRequest
}

type cloudflareRequest struct {
	Method, URL     string
	Headers         savedHeaders
	Body            savedBody
	BodyBase64      savedBody `json:"body_base64"`
	IsBase64Encoded bool
	Encoding        string
}

// isCloudflare recognises a trace item, or a request with Cloudflare's field cf.
func isCloudflare(in *input) bool {
	return in.inner("event").has("request") && in.has("outcome") || in.has("cf", "url", "headers")
}

func readCloudflare(in *input) ([]Recording, error) {
	var e cloudflareEvent
	if err := in.decode(&e); err != nil {
		return nil, err
	}
	saved := e.cloudflareRequest
	if in.has("event") {
		saved = e.Event.Request
	}
	r := Recording{URL: saved.URL, Request: Request{Method: strings.ToUpper(cmp.Or(saved.Method, "POST"))}}
	if e.EventTimestamp > 0 {
		r.Time = time.UnixMilli(e.EventTimestamp).UTC()
	}
	r.addSaved(saved.Headers)
	if status := e.Event.Response.Status; status >= 100 && status <= 599 {
		r.Response = &Response{Status: status, Proto: "HTTP/1.1"}
	}
	body, isBase64 := saved.Body, saved.IsBase64Encoded || saved.Encoding == "base64"
	if saved.BodyBase64.saved {
		body, isBase64 = saved.BodyBase64, true
	}
	return []Recording{r}, r.setSaved(body, isBase64)
}
