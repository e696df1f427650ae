package receiver

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// MaxBody bounds the body of a request, in bytes: far above any lead, far below what hurts.
const MaxBody = 4 << 20

// DefaultStatus is what a right delivery is answered with.
const DefaultStatus = http.StatusNoContent

// FailStatus is what a right delivery is answered with that is to fail ([Options].Fail, [Options].FailFirst).
const FailStatus = http.StatusServiceUnavailable

// Options say what the receiver expects and how it answers.
type Options struct {
	Secret    signature.Secret
	Scheme    signature.Scheme // zero is the scheme of ArtiBot's samples
	AnyScheme bool             // the other scheme is right too
	PublicURL signature.URL    // what the sender was told, where a tunnel or proxy stands in front; zero rebuilds it from the request
	Now       func() time.Time // nil is time.Now

	Status    int            // answer to a right delivery; 0 is DefaultStatus
	Body      []byte         // of that answer; a status that allows none goes without
	Delay     time.Duration  // before any POST is answered; ends early when the sender goes away
	Fail      float64        // share of the right deliveries that are answered FailStatus, 0 to 1
	FailFirst int            // so many right deliveries are answered FailStatus before one is accepted
	Random    func() float64 // in [0, 1), for Fail; nil is math/rand/v2
	Forward   *Forward       // right deliveries are passed on, and its answer is theirs; nil answers itself

	Lint   bool    // hold each body against the contract: Arrival.Flaws
	Leads  *Leads  // what the deliveries amount to: Arrival.Effect; nil keeps nothing
	Faults []Fault // what this receiver does wrong on purpose

	// Seen, if not nil, is called once for each request, before it is answered. Calls may overlap.
	Seen func(Arrival)
}

// Arrival is one request and what the receiver made of it.
type Arrival struct {
	Time     time.Time
	Method   string
	URL      string // as the receiver rebuilt it: what the signature must be for
	Header   http.Header
	LocalURL string // as the request alone has it; differs from URL with Options.PublicURL
	Body     []byte // up to MaxBody
	Summary  payload.Summary
	Verified bool
	Scheme   signature.Scheme // that the signature fits, where it was verified
	Flaws    []Flaw           // with Options.Lint, of what is verified
	Effect   Effect           // with Options.Leads, of what is accepted
	Status   int              // of the answer
	Reason   string           // why it was refused; "" when it was not
}

// handler is the receiver at work.
type handler struct {
	Options
	faulty faulty
	right  atomic.Int64 // right deliveries so far
}

// New gives the handler. It is safe for concurrent use.
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
	opt.Forward = opt.Forward.ready()
	h := &handler{Options: opt}
	h.faulty.set(opt.Faults)
	if opt.Leads != nil {
		opt.Leads.set(opt.Faults)
	}
	return h
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := Arrival{Time: h.Now(), Method: r.Method, URL: h.rebuild(r), Header: r.Header, LocalURL: local(r)}
	h.judge(&a, w, r)
	var passed *answer
	if a.Reason == "" && h.Forward != nil {
		passed = h.Forward.pass(&a, r)
	}
	if a.Reason == "" && h.Leads != nil && a.Status < 300 {
		h.settle(&a)
	}
	if h.Seen != nil {
		h.Seen(a)
	}
	if r.Method == http.MethodPost && h.Delay > 0 {
		select {
		case <-time.After(h.Delay):
		case <-r.Context().Done():
			return
		}
	}
	switch {
	case h.faulty.answer(&h.Options, &a, w, r):
	case a.Reason != "":
		http.Error(w, a.Reason, a.Status)
	case passed != nil:
		passed.write(w)
	default:
		h.accept(&a, w)
	}
}

func (h *handler) accept(a *Arrival, w http.ResponseWriter) {
	if len(h.Body) > 0 && a.Status != http.StatusNoContent && a.Status != http.StatusNotModified {
		w.Header().Set("Content-Type", http.DetectContentType(h.Body))
		if json.Valid(h.Body) {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(a.Status)
		_, _ = w.Write(h.Body) // a sender that has gone needs no answer
		return
	}
	w.WriteHeader(a.Status)
}

// judge reads the request and decides on the answer.
func (h *handler) judge(a *Arrival, w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		a.refuse(http.StatusMethodNotAllowed, "ArtiBot sends POST")
		return
	}
	var err error
	if a.Body, err = h.faulty.read(http.MaxBytesReader(w, r.Body, MaxBody)); err != nil {
		a.refuse(unreadable(err))
		return
	}
	a.Summary = payload.Summarize(a.Body)
	h.verify(a, r)
	switch {
	case !a.Verified:
		a.refuse(http.StatusUnauthorized, "the signature does not fit")
		return
	case !json.Valid(a.Body):
		a.refuse(http.StatusBadRequest, "the body is not JSON")
		return
	}
	if h.Lint {
		a.Flaws = Lint(a.Body)
	}
	a.Status = h.Status
	if h.fails() {
		a.refuse(FailStatus, "told to fail")
	}
}

// fails says whether this right delivery is one that is to fail.
func (h *handler) fails() bool {
	return h.right.Add(1) <= int64(h.FailFirst) || h.Fail > 0 && h.Random() < h.Fail
}

// unreadable says what is wrong with a body that could not be read.
func unreadable(err error) (status int, reason string) {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is longer than %d bytes", MaxBody)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout, "the body took too long to come"
	}
	return http.StatusBadRequest, "the body ended too early"
}

// verify finds the scheme that the signature fits.
func (h *handler) verify(a *Arrival, r *http.Request) {
	if h.faulty.verifies() {
		a.Verified, a.Scheme = h.faulty.verify(&h.Options, a), h.Scheme
		return
	}
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

// settle keeps what the delivery amounts to.
func (h *handler) settle(a *Arrival) {
	if a.Effect = h.Leads.Take(a.Body); a.Effect == EffectRefused {
		a.refuse(http.StatusConflict, "the event does not follow what is known of its lead")
	}
}

func (a *Arrival) refuse(status int, reason string) { a.Status, a.Reason = status, reason }

func (a *Arrival) message() signature.Message {
	return signature.Message{Method: a.Method, URL: a.URL, Body: a.Body}
}

// rebuild gives the URL that the sender signed: scheme, Host header, request target (docs/contract.md, section 3). A
// public URL without a path of its own stands for every path behind it, and one without a query for every query:
// proxies change paths, and leave queries alone.
func (opt *Options) rebuild(r *http.Request) string {
	if opt.PublicURL == (signature.URL{}) {
		return local(r)
	}
	public := opt.PublicURL
	_, query, asked := strings.Cut(r.RequestURI, "?")
	switch {
	case public.Target == "/":
		public.Target = r.RequestURI
	case asked && !strings.Contains(public.Target, "?"):
		public.Target += "?" + query
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
