package history

import "artihook/emitter/exchange"

// The parts of a delivery, under names of this room for those that make one.
type (
	Request  = exchange.Request
	Response = exchange.Response
	Header   = exchange.Header
)

// MaxBody is how much of a response body is kept, in bytes.
const MaxBody = exchange.MaxBody

// OK reports whether the receiver accepted the event: a whole response with a 2xx status (docs/contract.md, section 1).
func (d *Delivery) OK() bool {
	return d.Error == "" && d.Status >= 200 && d.Status < 300
}

// SetResponse fills in what came back: the bytes as they came, and what can be read in them. With truncated the
// receiver sent more than these. The error says why they are no HTTP response; they are kept all the same.
func (d *Delivery) SetResponse(raw []byte, truncated bool) error {
	if len(raw) == 0 {
		return nil
	}
	response, err := exchange.ParseResponse(raw, truncated)
	d.RawResponse, d.Response, d.Status = raw, &response, response.Status
	return err
}
