package receiver

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

// SlowAnswer is how long [FaultSlow] takes at least: any patience below that runs out.
const SlowAnswer = 6 * time.Millisecond

const (
	smallBody = 64 << 10 // bytes
	manyLeads = 45       // in a row, that few-leads does not take
)

// faulty does what the faults say, and nothing where there are none.
type faulty struct {
	has map[Fault]bool

	reading sync.Mutex
	broken  bool // a body ended too early

	counting sync.Mutex
	inARow   []string // the last leads, all different
}

func (f *faulty) set(faults []Fault) {
	f.has = map[Fault]bool{}
	for _, fault := range faults {
		f.has[fault] = true
	}
}

// read reads the body, wrongly where a fault says so.
func (f *faulty) read(body io.Reader) ([]byte, error) {
	switch {
	case f.has[FaultReadsOnce]:
		piece := make([]byte, 4096)
		n, err := body.Read(piece)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return piece[:n], err
	case f.has[FaultSmallBody]:
		text, err := io.ReadAll(io.LimitReader(body, smallBody+1))
		if len(text) > smallBody {
			err = &http.MaxBytesError{Limit: smallBody}
		}
		return text, err
	case f.has[FaultBreaksAfterHalfBody]:
		f.reading.Lock()
		defer f.reading.Unlock()
		text, err := io.ReadAll(body)
		if err == nil && f.broken {
			err = errors.New("left over from the last request")
			f.broken = false
		} else if err != nil {
			f.broken = true
		}
		return text, err
	}
	return io.ReadAll(body)
}

// verifies says whether a fault judges the signature.
func (f *faulty) verifies() bool {
	return slices.ContainsFunc([]Fault{
		FaultAcceptsAnything, FaultRefusesAll, FaultLowerCase, FaultComparesPrefix, FaultIgnoresQuery, FaultIgnoresMethod,
		FaultAnyHost, FaultAnyScheme, FaultReserialises, FaultRewritesDates, FaultEscapesHTML, FaultReadsLatin1,
	}, func(fault Fault) bool { return f.has[fault] })
}

func (f *faulty) verify(opt *Options, a *Arrival) bool {
	header, m := a.Header.Get(signature.Header), a.message()
	fits := func(m signature.Message) bool { return signature.Verify(opt.Secret, opt.Scheme, m, header) }
	switch {
	case f.has[FaultAcceptsAnything]:
		return true
	case f.has[FaultRefusesAll]:
		return false
	case f.has[FaultLowerCase]:
		return header == strings.ToLower(signature.Sign(opt.Secret, opt.Scheme, m))
	case f.has[FaultComparesPrefix]:
		return strings.HasPrefix(strings.ToLower(signature.Sign(opt.Secret, opt.Scheme, m)), strings.ToLower(header))
	case f.has[FaultIgnoresQuery]:
		m.URL, _, _ = strings.Cut(m.URL, "?")
	case f.has[FaultIgnoresMethod]:
		get := m
		get.Method = http.MethodGet
		return fits(m) || fits(get)
	case f.has[FaultAnyHost]:
		return slices.ContainsFunc(otherOrigins(m.URL), func(url string) bool {
			return fits(signature.Message{Method: m.Method, URL: url, Body: m.Body})
		})
	case f.has[FaultAnyScheme]:
		return fits(m) || signature.Verify(opt.Secret, signature.SchemeURL+signature.SchemeBody-opt.Scheme, m, header)
	default:
		for fault := range f.has {
			m.Body = rewritten(m.Body, fault)
		}
	}
	return fits(m)
}

// otherOrigins gives the URL with either scheme, and as localhost.
func otherOrigins(url string) []string {
	_, rest, _ := strings.Cut(url, "://")
	_, path, _ := strings.Cut(rest, "/")
	return []string{"http://" + rest, "https://" + rest, "http://localhost/" + path, "https://localhost/" + path}
}

// answer answers where a fault does, and says whether it has.
func (f *faulty) answer(opt *Options, a *Arrival, w http.ResponseWriter, r *http.Request) bool {
	if len(f.has) == 0 {
		return false
	}
	if f.has[FaultCloses] {
		w.Header().Set("Connection", "close")
	}
	if f.has[FaultSlow] {
		time.Sleep(SlowAnswer)
	}
	if f.has[FaultRedirects] && a.Reason == "" {
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
		return true
	}
	if status := f.status(a, r); status >= 400 {
		a.refuse(status, http.StatusText(status))
	} else if status > 0 {
		w.WriteHeader(status)
		return true
	}
	if a.Reason == "" {
		return false
	}
	f.refuse(opt, a, w)
	return true
}

// refuse answers what was refused, and tells more than it should where a fault says so.
func (f *faulty) refuse(opt *Options, a *Arrival, w http.ResponseWriter) {
	reason := a.Reason
	switch {
	case f.has[FaultTellsRight] && a.Status == http.StatusUnauthorized:
		reason += ": expected " + strings.ToLower(signature.Sign(opt.Secret, opt.Scheme, a.message()))
	case f.has[FaultTellsSecret]:
		reason += ": " + string(opt.Secret.Bytes())
	case f.has[FaultTellsTrace]:
		reason += "\n    at Object.receive (/srv/receiver.js:12:34)"
	}
	if !f.has[FaultHTMLErrors] {
		http.Error(w, reason, a.Status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(a.Status)
	fmt.Fprintf(w, "<!DOCTYPE html><html><body><h1>%s</h1></body></html>", http.StatusText(a.Status))
}

// status is what a fault answers to this arrival; 0 where it has nothing to say.
func (f *faulty) status(a *Arrival, r *http.Request) int {
	header, signed := r.Header[http.CanonicalHeaderKey(signature.Header)]
	digits, err := hex.DecodeString(strings.TrimPrefix(strings.Join(header, ""), "sha1="))
	badJSON := a.Verified && a.Status == http.StatusBadRequest
	crash := []struct {
		fault Fault
		holds bool
	}{
		{FaultMissingHeader500, r.Method == http.MethodPost && !signed},
		{FaultBadHeader500, r.Method == http.MethodPost && signed && (err != nil || len(digits) != 20)},
		{FaultGET500, r.Method == http.MethodGet},
		{FaultHEAD500, r.Method == http.MethodHead},
		{FaultContentType500, a.Verified && r.Header.Get("Content-Type") != "application/json"},
		{FaultBadJSON500, badJSON},
	}
	for _, c := range crash {
		if c.holds && f.has[c.fault] {
			return http.StatusInternalServerError
		}
	}
	switch {
	case badJSON && f.has[FaultAcceptsBadJSON]:
		return DefaultStatus
	case a.Reason == "" && f.has[FaultFewLeads] && f.tooMany(a.Summary.Lead):
		return http.StatusTooManyRequests
	case a.Reason == "":
		return f.balk(a)
	}
	return 0
}

// tooMany says whether the last leads were all different ones.
func (f *faulty) tooMany(lead string) bool {
	f.counting.Lock()
	defer f.counting.Unlock()
	if i := slices.Index(f.inARow, lead); i >= 0 {
		f.inARow = f.inARow[i+1:]
	}
	if f.inARow = append(f.inARow, lead); len(f.inARow) < manyLeads {
		return false
	}
	f.inARow = nil
	return true
}

// balk is the status where the event is one that the faulty receiver cannot bear.
func (f *faulty) balk(a *Arrival) int {
	e := readLoosely(a.Body)
	flaws := Lint(a.Body)
	crash := []struct {
		fault Fault
		holds bool
	}{
		{FaultNeedsSecondAnswer, len(e.Lead.Data) == 1},
		{FaultFewAnswers, len(e.Lead.Data) > 100},
		{FaultTextOnly, e.anyAnswer(func(_ string, answer looseAnswer) bool { _, text := answer.Value.(string); return !text })},
		{FaultFieldPaths, e.anyAnswer(func(field string, _ looseAnswer) bool { return strings.ContainsAny(field, "[].") })},
		{FaultNeedsPlace, e.Meta.Location.State == nil || e.Meta.Location.City == nil},
	}
	for _, c := range crash {
		if c.holds && f.has[c.fault] {
			return http.StatusInternalServerError
		}
	}
	_, statusText := e.Lead.Status.(string)
	refuse := []struct {
		fault Fault
		holds bool
	}{
		{FaultStrictTypes, e.anyAnswer(func(_ string, answer looseAnswer) bool { return !slices.Contains(payload.Types[:], answer.Type) })},
		{FaultStrictKeys, slices.ContainsFunc(flaws, func(flaw Flaw) bool { return flaw.ID == FlawUnknownKey })},
		{FaultStatusNumber, statusText},
		{FaultStatusText, !statusText},
		{FaultRefusesCompleted, e.Action == string(payload.Completed)},
	}
	for _, c := range refuse {
		if c.holds && f.has[c.fault] {
			return http.StatusUnprocessableEntity
		}
	}
	return 0
}

// looseEvent is as much of an event as the faults look at.
type looseEvent struct {
	Lead struct {
		Status any
		Data   map[string]looseAnswer
	}
	Meta   struct{ Location struct{ State, City *string } }
	Action string
}

type looseAnswer struct {
	Type  payload.Type
	Value any
}

func readLoosely(body []byte) looseEvent {
	var e looseEvent
	_ = json.Unmarshal(body, &e) // what cannot be read stays zero
	return e
}

func (e *looseEvent) anyAnswer(is func(field string, answer looseAnswer) bool) bool {
	for field, answer := range e.Lead.Data {
		if is(field, answer) {
			return true
		}
	}
	return false
}
