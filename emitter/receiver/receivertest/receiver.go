package receivertest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"artihook/emitter/receiver"
	"artihook/emitter/text"
)

// SlowResponse is how long [Slow] waits before it responds.
const SlowResponse = 6 * time.Millisecond

const (
	smallBody       = 64 << 10 // bytes
	signatureHeader = "X-Artibot-Signature"
)

// Receiver is a receiver with mistakes. It is safe for concurrent use.
type Receiver struct {
	opt   receiver.Options
	has   map[Misbehavior]bool
	leads leads

	reading sync.Mutex
	broken  bool // the last body ended too early
}

// New returns a receiver as receiver.New does that makes these mistakes. Options.Leads and Options.Forward are not used.
func New(opt receiver.Options, mistakes ...Misbehavior) *Receiver {
	opt.Leads, opt.Forward = nil, nil
	s := &Receiver{opt: opt, has: map[Misbehavior]bool{}}
	for _, m := range mistakes {
		s.has[m] = true
	}
	s.leads.has = s.has
	return s
}

// Records returns the records of a lead: one from a correct receiver, none if the lead is unknown.
func (s *Receiver) Records(lead string) []receiver.Record { return s.leads.records(lead) }

// ServeHTTP serves one request.
func (s *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := s.read(r.Body)
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
	a, right := s.receive(r)
	if a.Method == http.MethodPost && err == nil && s.verifies() {
		s.judge(&a)
	}
	e := readEvent(a.Body)
	if a.Status < 300 && !s.leads.take(e) {
		a.Status, a.Reason = http.StatusConflict, "the event does not follow the known events of its lead"
	}
	if s.opt.Seen != nil {
		s.opt.Seen(a)
	}
	if s.has[Slow] {
		_ = text.Wait(r.Context(), SlowResponse)
	}
	s.respond(w, r, a, e, right)
	if s.has[ClosesSilently] && a.Reason == "" {
		closeSilently(w)
	}
}

// closeSilently closes the connection after the response, which does not announce it.
func closeSilently(w http.ResponseWriter) {
	control := http.NewResponseController(w)
	_ = control.Flush() // then the connection is closed all the same
	if conn, _, err := control.Hijack(); err == nil {
		conn.Close()
	}
}

// receive returns the request as a correct receiver reads it, and its response.
func (s *Receiver) receive(r *http.Request) (a receiver.Arrival, right *httptest.ResponseRecorder) {
	opt := s.opt
	opt.Seen = func(seen receiver.Arrival) { a = seen }
	right = httptest.NewRecorder()
	receiver.New(opt).ServeHTTP(right, r)
	return a, right
}

// failing is a reader that returns err, or io.EOF if that is nil.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, cmp.Or(f.err, io.EOF) }

// read reads the body.
func (s *Receiver) read(body io.Reader) ([]byte, error) {
	switch {
	case s.has[ReadsOnce]:
		piece := make([]byte, 4096)
		n, err := body.Read(piece)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return piece[:n], err
	case s.has[SmallBody]:
		text, err := io.ReadAll(io.LimitReader(body, smallBody+1))
		if len(text) > smallBody {
			err = &http.MaxBytesError{Limit: smallBody}
		}
		return text, err
	case s.has[BreaksAfterHalfBody]:
		s.reading.Lock()
		defer s.reading.Unlock()
		text, err := io.ReadAll(body)
		failed := err != nil
		if !failed && s.broken {
			err = errors.New("data of the last request is left over")
		}
		s.broken = failed
		return text, err
	}
	return io.ReadAll(body)
}

// judge sets status and reason as the wrong verification has it.
func (s *Receiver) judge(a *receiver.Arrival) {
	a.Verified = s.verify(a)
	switch {
	case !a.Verified:
		a.Status, a.Reason = http.StatusUnauthorized, "the signature is wrong"
	case !json.Valid(a.Body):
		a.Status, a.Reason = http.StatusBadRequest, "the body is not JSON"
	default:
		a.Status, a.Reason = cmp.Or(s.opt.Status, receiver.DefaultStatus), ""
	}
}

func (s *Receiver) respond(w http.ResponseWriter, r *http.Request, a receiver.Arrival, e event, right *httptest.ResponseRecorder) {
	if s.has[Closes] {
		w.Header().Set("Connection", "close")
	}
	if s.has[Redirects] && a.Reason == "" {
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
		return
	}
	if status := s.status(a, e, r); status >= 400 {
		a.Status, a.Reason = status, http.StatusText(status)
	} else if status > 0 {
		w.WriteHeader(status)
		return
	}
	switch {
	case a.Reason != "":
		s.reject(w, a)
	case a.Status == right.Code:
		for name, values := range right.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(right.Code)
		_, _ = w.Write(right.Body.Bytes())
	default:
		w.WriteHeader(a.Status)
	}
}

// reject sends an error, which may contain more than it should.
func (s *Receiver) reject(w http.ResponseWriter, a receiver.Arrival) {
	reason := a.Reason
	if s.has[Rejects400] && a.Status == http.StatusUnauthorized {
		a.Status = http.StatusBadRequest
	}
	switch {
	case s.has[TellsRight] && a.Status == http.StatusUnauthorized:
		reason += ": expected " + s.sign(messageOf(&a))
	case s.has[TellsSecret]:
		reason += ": " + string(s.opt.Secret.Bytes())
	case s.has[TellsTrace]:
		reason += "\n    at Object.receive (/srv/receiver.js:12:34)"
	}
	if a.Status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	if !s.has[HTMLErrors] {
		http.Error(w, reason, a.Status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(a.Status)
	fmt.Fprintf(w, "<!DOCTYPE html><html><body><h1>%s</h1></body></html>", http.StatusText(a.Status))
}

// condition is when a mistake shows.
type condition struct {
	mistake Misbehavior
	holds   bool
}

// anyOf reports whether the receiver makes one of the mistakes whose condition holds.
func (s *Receiver) anyOf(conditions []condition) bool {
	for _, c := range conditions {
		if c.holds && s.has[c.mistake] {
			return true
		}
	}
	return false
}

// status returns the wrong status for a request, or 0 if the right one stays.
func (s *Receiver) status(a receiver.Arrival, e event, r *http.Request) int {
	post, header := r.Method == http.MethodPost, strings.Join(r.Header.Values(signatureHeader), "")
	signed := len(r.Header.Values(signatureHeader)) > 0
	badJSON := a.Verified && a.Status == http.StatusBadRequest
	switch {
	case s.anyOf([]condition{
		{MissingHeader500, post && !signed},
		{BadHeader500, post && signed && !isDigest(header)},
		{GET500, r.Method == http.MethodGet},
		{HEAD500, r.Method == http.MethodHead},
		{ContentType500, a.Verified && r.Header.Get("Content-Type") != "application/json"},
		{BadJSON500, badJSON},
	}):
		return http.StatusInternalServerError
	case badJSON && s.has[AcceptsBadJSON]:
		return receiver.DefaultStatus
	case a.Reason != "":
		return 0
	case s.has[FewLeads] && s.leads.tooMany():
		return http.StatusTooManyRequests
	case s.anyOf(e.crashes()):
		return http.StatusInternalServerError
	case s.anyOf(append(e.rejections(), condition{StrictKeys, hasUnknownKey(a.Body)})):
		return http.StatusUnprocessableEntity
	}
	return 0
}

func hasUnknownKey(body []byte) bool {
	for _, flaw := range receiver.Lint(body) {
		if flaw.ID == receiver.FlawUnknownKey {
			return true
		}
	}
	return false
}
