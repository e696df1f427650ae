package probe

import (
	"cmp"
	"net/http"
	"time"

	"artihook/emitter"
)

// MaxBody is how many bytes are kept of a response's body or of a command's output.
const MaxBody = 1 << 20

// Runner asks. The zero value is ready to use. A Runner is safe for concurrent use.
type Runner struct {
	Client  *http.Client  // of emitter.HTTPClient, with the caller's TLS settings; nil trusts the system's certificates
	Timeout time.Duration // of one question; 0 is emitter.DefaultTimeout
	// Mask returns a text with the secrets in it replaced. A command does not get an environment variable whose value
	// Mask changes. nil means that there is no secret.
	Mask func([]byte) []byte
}

// Result is what came of one question.
type Result struct {
	Status    int         // of the response; 0 without one
	Head      string      // status line and headers of the response; lines end with \n, except for the last
	Header    http.Header // of the response
	Body      []byte      // of the response, or a command's output
	Truncated bool        // Body is only the first MaxBody bytes
	Exit      int         // a command's exit code
	Stderr    []byte      // of a command with SplitStderr, at most MaxBody bytes
	Took      time.Duration
	Failure   string // short name of a failure, as in a delivery; "" if there is a response or an exit code
	Reason    string // the failure in words
}

func (r *Runner) client() *http.Client {
	if r.Client == nil {
		return emitter.HTTPClient(emitter.Options{})
	}
	return r.Client
}

func (r *Runner) timeout() time.Duration { return cmp.Or(r.Timeout, emitter.DefaultTimeout) }
