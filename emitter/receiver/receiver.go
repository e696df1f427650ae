package receiver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/emitter/text"
)

// maxBody is the limit for the body of a request, in bytes. It is far above the size of any lead.
const maxBody = 4 << 20

// DefaultStatus is the status of the response to a correct delivery.
const DefaultStatus = http.StatusNoContent

// FailStatus is the status of the response to a correct delivery that Options.Fail or Options.FailFirst selects.
const FailStatus = http.StatusServiceUnavailable

// Options configure a receiver. The zero value is a receiver with an empty secret.
type Options struct {
	// Secret is the shared secret of the webhook.
	Secret signature.Secret
	// Scheme is the signature scheme; the zero value is that of ArtiBot's samples. With AnyScheme the other one is
	// accepted too.
	Scheme    signature.Scheme
	AnyScheme bool
	// PublicURL is the URL that the sender posts to, if a tunnel or a proxy is in front of the receiver. Without a path
	// it applies to every path. The zero value takes the URL from the request.
	PublicURL signature.URL
	// Now is the clock for Arrival.Time; nil is time.Now.
	Now func() time.Time

	// Status and Body are the response to a correct delivery. Status 0 is DefaultStatus. Body is not sent with a
	// status that does not allow one.
	Status int
	Body   []byte
	// Delay passes before each response to a POST. It ends early if the sender disconnects.
	Delay time.Duration
	// Fail is the share of correct deliveries, from 0 to 1, that get FailStatus. FailFirst is how many correct
	// deliveries get FailStatus before the first is accepted.
	Fail      float64
	FailFirst int
	// Random returns the numbers in [0, 1) that decide on Fail; nil is math/rand/v2.
	Random func() float64
	// Forward passes correct deliveries on and returns the response to the sender; nil forwards nothing.
	Forward *Forward
	// Events are the events that are forwarded, stored and seen; none is all. The receiver accepts correct deliveries of
	// other events and does nothing with them.
	Events []payload.Action

	// Lint sets Arrival.Flaws.
	Lint bool
	// Leads stores the accepted events and sets Arrival.Effect; nil stores nothing.
	Leads *Leads
	// Seen is called once for each request, before its response is sent. Calls may be concurrent. nil is not called.
	Seen func(Arrival)
}

// Arrival is a request and the receiver's decision on it.
type Arrival struct {
	Time     time.Time
	Method   string
	URL      string // the URL that the signature must be for
	LocalURL string // the URL of the request itself; differs from URL with Options.PublicURL
	Header   http.Header
	Body     []byte // at most 4 MiB
	Summary  payload.Summary
	Verified bool             // the signature fits
	Scheme   signature.Scheme // of the signature, if it fits
	Flaws    []Flaw           // of a verified body, with Options.Lint
	Effect   Effect           // of an accepted event, with Options.Leads
	Status   int              // of the response
	Reason   string           // why the request was rejected; "" if it was accepted

	Response  *Response
	Forwarded *Forwarded // with Options.Forward; nil if the request was not passed on
}

type handler struct {
	Options
	correct atomic.Int64 // correct deliveries so far
}

// New returns a handler that reads a delivery of ArtiBot, verifies its signature and responds. It is safe for concurrent
// use. These are the responses, in the order of the decisions:
//
//	405  the method is not POST
//	400  the body ended too early
//	408  the body took too long
//	413  the body is longer than 4 MiB
//	401  the signature is missing or wrong
//	400  the body is not JSON
//	503  Options.Fail or Options.FailFirst apply
//	204  the delivery is accepted; Options.Status is another status
func New(opt Options) http.Handler {
	if opt.Status == 0 {
		opt.Status = DefaultStatus
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Random == nil {
		opt.Random = rand.Float64
	}
	opt.Forward = opt.Forward.withDefaults()
	return &handler{Options: opt}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := Arrival{Time: h.Now(), Method: r.Method, URL: h.rebuild(r), Header: r.Header, LocalURL: local(r)}
	h.judge(&a, w, r)
	if h.wants(&a) {
		if a.Reason == "" && h.Forward != nil {
			h.Forward.pass(&a, r, h.Secret)
		}
		if a.Reason == "" && h.Leads != nil && a.Status < 300 {
			a.Effect = h.Leads.Take(a.Body)
		}
	}
	switch {
	case a.Reason != "":
		a.Response = rejection(&a)
	case a.Response == nil:
		a.Response = h.acceptance(&a)
	}
	if h.Seen != nil && h.wants(&a) {
		h.Seen(a)
	}
	if r.Method == http.MethodPost {
		_ = text.Wait(r.Context(), h.Delay) // a sender that has disconnected ends the wait
	}
	a.Response.write(w)
}

// wants reports whether the arrival is rejected or one of Options.Events.
func (h *handler) wants(a *Arrival) bool {
	action, err := payload.ParseAction(a.Summary.Event)
	return len(h.Events) == 0 || a.Reason != "" || err != nil || slices.Contains(h.Events, action)
}

// judge reads the request and decides on the response.
func (h *handler) judge(a *Arrival, w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		a.reject(http.StatusMethodNotAllowed, "ArtiBot sends POST")
		return
	}
	var err error
	if a.Body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		a.reject(unreadable(err))
		return
	}
	a.Summary = payload.Summarize(a.Body)
	h.verify(a, r)
	switch {
	case !a.Verified:
		a.reject(http.StatusUnauthorized, "the signature does not fit")
		return
	case !json.Valid(a.Body):
		a.reject(http.StatusBadRequest, "the body is not JSON")
		return
	}
	if h.Lint {
		a.Flaws = Lint(a.Body)
	}
	a.Status = h.Status
	if h.fails() {
		a.reject(FailStatus, "this receiver is set to fail")
	}
}

// fails reports whether this correct delivery gets FailStatus.
func (h *handler) fails() bool {
	return h.correct.Add(1) <= int64(h.FailFirst) || h.Fail > 0 && h.Random() < h.Fail
}

// unreadable returns the response to a request whose body could not be read.
func unreadable(err error) (status int, reason string) {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is longer than %d bytes", maxBody)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout, "the body took too long"
	}
	return http.StatusBadRequest, "the body ended too early"
}

// verify sets Verified and Scheme.
func (h *handler) verify(a *Arrival, r *http.Request) {
	schemes := []signature.Scheme{h.Scheme}
	if h.AnyScheme {
		schemes = []signature.Scheme{signature.SchemeURL, signature.SchemeBody}
	}
	for _, a.Scheme = range schemes {
		if a.Verified = signature.Verify(h.Secret, a.Scheme, a.message(), r.Header.Get(signature.Header)); a.Verified {
			return
		}
	}
}

func (a *Arrival) reject(status int, reason string) { a.Status, a.Reason = status, reason }

func (a *Arrival) message() signature.Message {
	return signature.Message{Method: a.Method, URL: a.URL, Body: a.Body}
}

// rebuild returns the URL that the sender signed: scheme, Host header, request target (docs/contract.md, section 3). A
// public URL without a path applies to every path, and one without a query to every query.
func (opt *Options) rebuild(r *http.Request) string {
	if opt.PublicURL == (signature.URL{}) {
		return local(r)
	}
	return withTarget(opt.PublicURL, r.RequestURI).String()
}

// withTarget returns u with the path and the query of a request, as far as u has none.
func withTarget(u signature.URL, requestURI string) signature.URL {
	_, query, hasQuery := strings.Cut(requestURI, "?")
	switch {
	case u.Target == "/":
		u.Target = requestURI
	case hasQuery && !strings.Contains(u.Target, "?"):
		u.Target += "?" + query
	}
	return u
}

func local(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + r.RequestURI
}
