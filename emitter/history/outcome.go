package history

import "artihook/emitter/exchange"

// OK reports whether the receiver accepted the event: a complete response with a 2xx status (docs/contract.md, section 1).
func (d *Delivery) OK() bool {
	return d.Error == "" && d.Status >= 200 && d.Status < 300
}

// SetResponse sets the response from its raw bytes. truncated reports that the receiver sent more. The error describes why
// the bytes are not an HTTP response; the delivery still has them.
func (d *Delivery) SetResponse(raw []byte, truncated bool) error {
	if len(raw) == 0 {
		return nil
	}
	response, err := exchange.ParseResponse(raw, truncated)
	d.RawResponse, d.Response, d.Status = raw, &response, response.Status
	return err
}
