package scenarios

import (
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"artihook/emitter/history"
)

// response is the result that a step evaluates: the response to a delivery or an HTTP probe, the output of a command, or a
// failure.
type response struct {
	status  int    // 0 means none
	failure string // the name of the failure; "" if there was a response
	reason  string // the failure in one sentence
	took    time.Duration
	header  func(name string) (value string, found bool)
	body    []byte

	command bool // the result of a command, which has no status
	exit    int  // the exit code of the command
	cut     bool // the request was cut off on purpose
}

func noHeader(string) (string, bool) { return "", false }

// deliveryResponse returns the response to a delivery. cut reports whether the request was cut off on purpose.
func deliveryResponse(d *history.Delivery, cut bool) *response {
	r := &response{status: d.Status, failure: d.Error, reason: d.Reason, took: d.Duration, cut: cut, header: noHeader}
	if d.Response == nil {
		return r
	}
	r.body = d.Response.Body
	r.header = func(name string) (string, bool) {
		var values []string
		for _, h := range d.Response.Headers {
			if strings.EqualFold(h.Name, name) {
				values = append(values, textproto.TrimString(h.Value))
			}
		}
		return strings.Join(values, ", "), len(values) > 0
	}
	return r
}

// outcome returns the status, the exit code, or the failure.
func (r *response) outcome() string {
	switch {
	case r.failure != "":
		return r.failure + ": " + r.reason
	case r.command:
		return strconv.Itoa(r.exit)
	}
	return strconv.Itoa(r.status)
}

// unreachable reports whether later deliveries would have the same failure.
func (r *response) unreachable() bool {
	return history.NotConnected(r.failure)
}

// redact masks secrets in the result of a probe, before it is compared, captured or reported. The response to a delivery is
// masked already.
func (r *response) redact(mask func([]byte) []byte) {
	header := r.header
	r.header = func(name string) (string, bool) {
		value, found := header(name)
		return string(mask([]byte(value))), found
	}
	r.body, r.reason = mask(r.body), string(mask([]byte(r.reason)))
}
