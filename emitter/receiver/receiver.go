package receiver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// MaxBody bounds the body of a request, in bytes: far above any lead, far below what hurts.
const MaxBody = 4 << 20

// DefaultStatus is what a right delivery is answered with.
const DefaultStatus = http.StatusNoContent

// Options say what the receiver expects and how it answers.
type Options struct {
	Secret    signature.Secret
	Scheme    signature.Scheme // zero is the scheme of ArtiBot's samples
	PublicURL signature.URL    // what the sender was told, where a tunnel or proxy stands in front; zero rebuilds it from the request
	Status    int              // answer to a right delivery; 0 is DefaultStatus
	Now       func() time.Time // nil is time.Now

	// Seen, if not nil, is called once for each request, before it is answered. Calls may overlap.
	Seen func(Arrival)
}

// Arrival is one request and what the receiver made of it.
type Arrival struct {
	Time     time.Time
	Method   string
	URL      string // as the receiver rebuilt it: what the signature must be for
	Header   http.Header
	local    string // URL as the request alone tells it
	Body     []byte // up to MaxBody
	Summary  payload.Summary
	Verified bool
	Status   int    // of the answer
	Reason   string // why it was refused; "" when it was not
}

// New gives the handler. It is safe for concurrent use.
func New(opt Options) http.Handler {
	if opt.Status == 0 {
		opt.Status = DefaultStatus
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := Arrival{Time: opt.Now(), Method: r.Method, URL: opt.rebuild(r), Header: r.Header, local: local(r)}
		opt.judge(&a, w, r)
		if opt.Seen != nil {
			opt.Seen(a)
		}
		if a.Reason != "" {
			http.Error(w, a.Reason, a.Status)
			return
		}
		w.WriteHeader(a.Status)
	})
}

// judge reads the request and decides on the answer.
func (opt *Options) judge(a *Arrival, w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		a.refuse(http.StatusMethodNotAllowed, "ArtiBot sends POST")
		return
	}
	var err error
	if a.Body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody)); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			a.refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is longer than %d bytes", MaxBody))
		} else {
			a.refuse(http.StatusBadRequest, "the body ended too early")
		}
		return
	}
	a.Summary = payload.Summarize(a.Body)
	a.Verified = signature.Verify(opt.Secret, opt.Scheme, a.message(), r.Header.Get(signature.Header))
	switch {
	case !a.Verified:
		a.refuse(http.StatusUnauthorized, "the signature does not fit")
	case !json.Valid(a.Body):
		a.refuse(http.StatusBadRequest, "the body is not JSON")
	default:
		a.Status = opt.Status
	}
}

func (a *Arrival) refuse(status int, reason string) { a.Status, a.Reason = status, reason }

func (a *Arrival) message() signature.Message {
	return signature.Message{Method: a.Method, URL: a.URL, Body: a.Body}
}

// Explain says why the signature of a refused arrival does not fit, as near as it can be proved.
func (opt *Options) Explain(a Arrival) signature.Finding {
	finding, _ := signature.Explain(signature.Claim{
		Secret: opt.Secret, Scheme: opt.Scheme, Message: a.message(), Header: a.Header.Get(signature.Header), AlsoURLs: []string{a.local},
	})
	if finding.URL == a.local && a.local != a.URL {
		finding.Text = fmt.Sprintf("the signature fits %s, where it was posted to: the sender does not know the public URL %s", a.local, a.URL)
	}
	return finding
}

// rebuild gives the URL that the sender signed: scheme, Host header, request target (contract 3). A public URL without
// a path of its own stands for every path behind it.
func (opt *Options) rebuild(r *http.Request) string {
	if opt.PublicURL == (signature.URL{}) {
		return local(r)
	}
	public := opt.PublicURL
	if public.Target == "/" {
		public.Target = r.RequestURI
	}
	return public.String()
}

func local(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + r.RequestURI
}
