package emitter

import "time"

// SendOptions say how single deliveries are sent that differ from the others. The zero value is what the Options say,
// and a body that is sent at once and whole.
type SendOptions struct {
	Timeout  time.Duration // instead of Options.Timeout; 0 is that
	Retries  int           // added to Options.Retries
	SlowBody time.Duration // send the body in small pieces over this time; 0 is at once
	Cut      bool          // close the connection in the middle of the body,
	CutAfter int           // after this many bytes of it
}

// WithOptions returns an Emitter that sends with these options, over the same connections and into the same history.
func (e *Emitter) WithOptions(opt SendOptions) *Emitter {
	other := *e
	if opt.Timeout > 0 {
		other.opt.Timeout = opt.Timeout
	}
	other.opt.Retries += opt.Retries
	other.send = opt
	return &other
}
