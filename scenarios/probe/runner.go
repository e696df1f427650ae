package probe

import (
	"cmp"
	"net/http"
	"time"

	"artihook/emitter"
)

// maxBody is the size of a body, an output or a stderr in a Result, in bytes.
const maxBody = 1 << 20

// Runner sends requests and runs commands. The zero value is ready to use. A Runner is safe for concurrent use.
type Runner struct {
	Client  *http.Client  // for requests; nil is emitter.HTTPClient with no options
	Timeout time.Duration // of one probe; 0 is emitter.DefaultTimeout
	// Mask returns a text with its secrets masked. A command does not get an environment variable whose value Mask changes.
	// nil masks nothing.
	Mask func([]byte) []byte
}

// Result is the result of one probe.
type Result struct {
	Status    int         // of the response; 0 means none
	Head      string      // status line and headers of the response; lines end with \n, except for the last
	Header    http.Header // of the response
	Body      []byte      // of the response, or the output of a command; at most 1 MiB
	Truncated bool        // Body is only the start
	Exit      int         // the exit code of a command
	Stderr    []byte      // of a command with SplitStderr, at most 1 MiB
	Took      time.Duration
	Failure   string // the name of the failure, as in a delivery; "" if there is a response or an exit code
	Reason    string // the failure in one sentence
}

func (r *Runner) client() *http.Client {
	if r.Client == nil {
		return emitter.HTTPClient(emitter.Options{})
	}
	return r.Client
}

func (r *Runner) timeout() time.Duration { return cmp.Or(r.Timeout, emitter.DefaultTimeout) }
