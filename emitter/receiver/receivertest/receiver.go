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
	"sync"
	"sync/atomic"
	"time"

	"artihook/emitter/receiver"
	"artihook/emitter/text"
)

// disconnectTime is how long LocksAfterDisconnect waits for the sender to disconnect before it responds.
const disconnectTime = time.Second

// fewLeads is how many requests FewLeads handles at the same time, and busyTime how long each takes.
const (
	fewLeads = 20
	busyTime = 5 * time.Millisecond
)

// slots is how many bodies LeaksSlots can read at the same time, and slotTime how long others wait.
const (
	slots    = 5
	slotTime = 100 * time.Millisecond
)

// SlowResponse is how long [Slow] waits before it responds.
const SlowResponse = 6 * time.Millisecond

const (
	smallBody       = 64 << 10 // bytes
	mediumBody      = 512 << 10
	signatureHeader = "X-Artibot-Signature"
)

// Receiver is a receiver with mistakes. It is safe for concurrent use.
type Receiver struct {
	opt   receiver.Options
	has   map[Misbehavior]bool
	leads leads
	seen  sync.Map // the signatures that were right, for RemembersSignatures

	inFlight atomic.Int64 // requests, for FewLeads
	serial   sync.Mutex   // for OneAtATime
	reading  sync.Mutex
	broken   bool          // the last body ended too early
	slots    chan struct{} // bodies that are read now, for LeaksSlots

	buffers sync.Map // the longest body of each connection, for MixesBodies
	pending sync.Map // the events whose sender disconnected, for LocksAfterDisconnect
}

// New returns a receiver as receiver.New does that makes these mistakes. Options.Leads and Options.Forward are not used.
func New(opt receiver.Options, mistakes ...Misbehavior) *Receiver {
	opt.Leads, opt.Forward = nil, nil
	s := &Receiver{opt: opt, has: map[Misbehavior]bool{}, slots: make(chan struct{}, slots)}
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
	if s.has[FewLeads] {
		defer s.inFlight.Add(-1)
		if s.inFlight.Add(1) > fewLeads {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_ = text.Wait(r.Context(), busyTime)
	}
	if s.has[OneAtATime] {
		s.serial.Lock()
		defer s.serial.Unlock()
	}
	body, err := s.read(r.Body)
	if s.has[MixesBodies] {
		body = s.mix(r.RemoteAddr, body)
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
	a, right := s.receive(r)
	if a.Method == http.MethodPost && err == nil {
		s.judge(&a)
	}
	read := &request{Request: r, body: body, a: &a, event: readEvent(a.Body)}
	read.known = len(s.leads.records(read.event.ResourceID)) > 0
	if s.has[LocksAfterDisconnect] && a.Reason == "" && s.isLocked(read) {
		a.Status, a.Reason = http.StatusConflict, "the event is being stored"
	}
	if a.Status < 300 && !s.leads.take(&read.event) {
		a.Status, a.Reason = http.StatusConflict, "the event does not follow the known events of its lead"
	}
	if s.opt.Seen != nil {
		s.opt.Seen(a)
	}
	if s.has[Slow] {
		_ = text.Wait(r.Context(), SlowResponse)
	}
	s.respond(w, read, right)
	if s.has[ClosesSilently] && a.Reason == "" {
		closeSilently(w)
	}
}

// mix returns the body with the rest of a longer one, which arrived earlier over the same connection.
func (s *Receiver) mix(connection string, body []byte) []byte {
	if earlier, ok := s.buffers.Load(connection); ok && len(earlier.([]byte)) > len(body) {
		return append(body, earlier.([]byte)[len(body):]...)
	}
	s.buffers.Store(connection, body)
	return body
}

// closeSilently closes the connection after the response, which does not announce it.
func closeSilently(w http.ResponseWriter) {
	control := http.NewResponseController(w)
	_ = control.Flush() // then the connection is closed too
	if conn, _, err := control.Hijack(); err == nil {
		conn.Close()
	}
}

// isLocked reports whether a sender of this event disconnected before the response. It waits for this to happen: the request of
// the sender that disconnected may be handled after the next one.
func (s *Receiver) isLocked(r *request) bool {
	key := string(r.body)
	if _, locked := s.pending.Load(key); locked {
		return true
	}
	if text.Wait(r.Context(), disconnectTime) != nil {
		s.pending.Store(key, true)
	}
	_, locked := s.pending.Load(key)
	return locked
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
		return readLimited(body, smallBody)
	case s.has[MediumBody]:
		return readLimited(body, mediumBody)
	case s.has[LeaksSlots]:
		select {
		case s.slots <- struct{}{}:
		case <-time.After(slotTime):
			return nil, errors.New("no slot is free")
		}
		text, err := io.ReadAll(body)
		if err == nil {
			<-s.slots
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

func readLimited(body io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(body, limit+1))
	if int64(len(text)) > limit {
		err = &http.MaxBytesError{Limit: limit}
	}
	return text, err
}

// readable returns the part of the body that a lenient parser reads.
func (s *Receiver) readable(body []byte) []byte {
	switch {
	case s.has[StripsBOM]:
		return bytes.TrimPrefix(body, []byte("\ufeff"))
	case s.has[CutsBody]:
		return body[:bytes.LastIndexByte(body, '}')+1]
	}
	return body
}

// judge sets status and reason if the receiver verifies the signature in a wrong way.
func (s *Receiver) judge(a *receiver.Arrival) {
	ok, wrong := s.verify(a)
	if !wrong {
		return
	}
	a.Verified = ok
	switch {
	case !a.Verified:
		a.Status, a.Reason = http.StatusUnauthorized, "the signature is wrong"
	case !json.Valid(s.readable(a.Body)):
		a.Status, a.Reason = http.StatusBadRequest, "the body is not JSON"
	default:
		a.Status, a.Reason = cmp.Or(s.opt.Status, receiver.DefaultStatus), ""
	}
}

func (s *Receiver) respond(w http.ResponseWriter, r *request, right *httptest.ResponseRecorder) {
	if s.has[Closes] {
		w.Header().Set("Connection", "close")
	}
	if s.has[Redirects] && r.a.Reason == "" {
		http.Redirect(w, r.Request, "/elsewhere", http.StatusFound)
		return
	}
	switch status := s.status(r); {
	case status >= 400:
		r.a.Status, r.a.Reason = status, http.StatusText(status)
	case status > 0:
		w.WriteHeader(status)
		return
	}
	switch {
	case r.a.Reason != "":
		s.reject(w, *r.a)
	case s.has[WarnsInSuccess]:
		fmt.Fprint(w, "<br />\n<b>Warning</b>:  Undefined array key \"Email\" in <b>/srv/hook.php</b> on line <b>7</b><br />\n")
	case s.has[DropsAfterError] && r.event.cannotBeStored():
		fmt.Fprint(w, `{"error":"could not store the lead"}`)
	case r.a.Status == right.Code:
		for name, values := range right.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(right.Code)
		_, _ = w.Write(right.Body.Bytes())
	default:
		w.WriteHeader(r.a.Status)
	}
}

// reject sends an error, which may contain more than it should.
func (s *Receiver) reject(w http.ResponseWriter, a receiver.Arrival) {
	reason := a.Reason
	if s.has[Rejects400] && a.Status == http.StatusUnauthorized {
		a.Status = http.StatusBadRequest
	}
	switch {
	case s.has[RevealsSignature] && a.Status == http.StatusUnauthorized:
		reason += ": expected " + s.sign(messageOf(&a))
	case s.has[RevealsSecret]:
		reason += ": " + string(s.opt.Secret.Bytes())
	case s.has[RevealsTrace]:
		reason += "\n    at Object.receive (/srv/receiver.js:12:34)"
	case s.has[RevealsTraceInHTML]:
		reason = "<pre>TypeError<br> &nbsp; &nbsp;at receive (/srv/receiver.js:12:34)<br> &nbsp; &nbsp;at next</pre>"
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

// status returns the wrong status for a request, or 0 if the right one stays.
func (s *Receiver) status(r *request) int {
	if status := s.statusOf(requestFaults, r); status != 0 || r.a.Reason != "" {
		return status
	}
	return s.statusOf(eventFaults, r)
}
