package emitter

import "time"

// SendOptions change how single deliveries are sent. The zero value changes nothing.
type SendOptions struct {
	Timeout  time.Duration // replaces Options.Timeout; 0 does not
	Retries  int           // added to Options.Retries
	SlowBody time.Duration // send the body in small pieces over this time; 0 sends it at once
	Cut      bool          // close the connection in the middle of the body, after CutAfter bytes of it
	CutAfter int

	NewConnection bool // open a connection for each attempt, and close it afterwards
}

// WithOptions returns an Emitter with these options. It uses the connections and the history of e.
func (e *Emitter) WithOptions(opt SendOptions) *Emitter {
	other := *e
	if opt.Timeout > 0 {
		other.opt.Timeout = opt.Timeout
	}
	other.opt.Retries += opt.Retries
	other.send = opt
	return &other
}
