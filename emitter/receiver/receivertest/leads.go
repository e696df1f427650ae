package receivertest

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"artihook/emitter/receiver"
)

// atOnce is the maximum number of events that FewLeads handles at the same time.
const atOnce = 3

// event is the part of an event that the mistakes depend on.
type event struct {
	Lead struct {
		Status any
		Data   map[string]struct {
			Type  string
			Value json.RawMessage
		}
	}
	Meta            struct{ Location struct{ State, City *string } }
	Action          string
	ResourceID      string `json:"resource_id"`
	ResourceVersion int    `json:"resource_version"`
}

func readEvent(body []byte) event {
	var e event
	_ = json.Unmarshal(body, &e) // fields that cannot be read stay zero
	return e
}

// crashes returns the mistakes in which the receiver fails.
func (e *event) crashes() []condition {
	all := []condition{
		{NeedsSecondAnswer, len(e.Lead.Data) == 1},
		{FewAnswers, len(e.Lead.Data) > 100},
		{NeedsPlace, e.Meta.Location.State == nil || e.Meta.Location.City == nil},
	}
	for field, answer := range e.Lead.Data {
		all = append(all, condition{TextOnly, !strings.HasPrefix(string(answer.Value), `"`)}, condition{FieldPaths, strings.ContainsAny(field, "[].")})
	}
	return all
}

var knownTypes = []string{"text", "email", "phone_number", "multiple_choice", "number", "date_time", "address"}

// rejections returns the mistakes in which the receiver rejects the event.
func (e *event) rejections() []condition {
	_, text := e.Lead.Status.(string)
	all := []condition{{StatusNumber, text}, {StatusText, !text}, {RejectsCompleted, e.Action == "completed"}}
	for _, answer := range e.Lead.Data {
		all = append(all, condition{StrictTypes, !slices.Contains(knownTypes, answer.Type)})
	}
	return all
}

// leads stores the leads, in memory and without bound.
type leads struct {
	has map[Misbehavior]bool

	mu      sync.Mutex
	known   map[string]*lead
	handled atomic.Int32 // the events that tooMany handles now
}

type lead struct {
	records []receiver.Record
	seen    []version
}

// version orders the events of a lead: in edition 2022, completed repeats the version of the last update.
type version struct {
	number    int
	completed bool
}

func (v version) newer(than version) bool {
	return v.number > than.number || v.number == than.number && v.completed && !than.completed
}

func (l *leads) records(id string) []receiver.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[id] == nil {
		return nil
	}
	return slices.Clone(l.known[id].records)
}

// take stores an event. It reports false if it rejects the event.
func (l *leads) take(e event) (ok bool) {
	if e.ResourceID == "" {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = map[string]*lead{}
	}
	of := l.known[e.ResourceID]
	if of == nil {
		of = &lead{}
		l.known[e.ResourceID] = of
	}
	v := version{e.ResourceVersion, e.Action == "completed"}
	repeated := slices.Contains(of.seen, v)
	var newest version
	for _, seen := range of.seen {
		if seen.newer(newest) {
			newest = seen
		}
	}
	first := len(of.seen) == 0
	of.seen = append(of.seen, v)
	switch {
	case l.has[RejectsDuplicates] && repeated,
		l.has[RejectsStale] && newest.newer(v),
		l.has[NeedsCreated] && first && v.number > 1,
		l.has[NeedsNextVersion] && v.number > newest.number+1:
		return false
	case l.has[DropsSeenVersion] && v.number == newest.number:
	case repeated && !l.has[NotIdempotent]:
	case newest.newer(v) && !l.has[TrustsOrder] && !repeated:
	case repeated || len(of.records) == 0:
		of.records = append(of.records, recordOf(e))
	default:
		of.records[0] = recordOf(e)
	}
	return true
}

func recordOf(e event) receiver.Record {
	record := receiver.Record{Version: e.ResourceVersion, Completed: e.Action == "completed", Answers: map[string]json.RawMessage{}}
	for field, answer := range e.Lead.Data {
		record.Answers[field] = answer.Value
	}
	return record
}

// tooMany reports whether more than atOnce events are handled at the same time. It takes a moment, so that events which arrive
// together are counted together.
func (l *leads) tooMany() bool {
	defer l.handled.Add(-1)
	if l.handled.Add(1) > atOnce {
		return true
	}
	time.Sleep(20 * time.Millisecond)
	return false
}
