package receiver

import (
	"encoding/json"
	"net/http"
)

// Response is the response to an arrival.
type Response struct {
	Status int
	Header http.Header // without those that net/http adds
	Body   []byte
}

// rejection returns the response to an arrival that was rejected.
func rejection(a *Arrival) *Response {
	header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "X-Content-Type-Options": {"nosniff"}}
	if a.Status == http.StatusMethodNotAllowed {
		header["Allow"] = []string{http.MethodPost}
	}
	return &Response{a.Status, header, []byte(a.Reason + "\n")}
}

// acceptance returns the response to a correct delivery.
func (opt *Options) acceptance(a *Arrival) *Response {
	if len(opt.Body) == 0 || a.Status == http.StatusNoContent || a.Status == http.StatusNotModified {
		return &Response{Status: a.Status}
	}
	kind := "application/json"
	if !json.Valid(opt.Body) {
		kind = http.DetectContentType(opt.Body)
	}
	return &Response{a.Status, http.Header{"Content-Type": {kind}}, opt.Body}
}

func (r *Response) write(w http.ResponseWriter) {
	for name, values := range r.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.Status)
	if len(r.Body) > 0 {
		_, _ = w.Write(r.Body) // fails only if the sender has disconnected
	}
}
