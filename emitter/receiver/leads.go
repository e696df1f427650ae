package receiver

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"artihook/emitter/payload"
)

// The limits of Leads.
const (
	maxLeads  = 10_000
	maxSize   = 64 << 20 // of all bodies whose answers are stored, in bytes
	maxEvents = 1000     // of one lead
)

// Effect is the effect of an event on the record of its lead. It is "" for a body that is not an event.
type Effect string

const (
	EffectApplied   Effect = "applied"   // the record has changed
	EffectDuplicate Effect = "duplicate" // the same event was stored before
	EffectStale     Effect = "stale"     // a newer event was stored before
)

// Leads stores what a receiver's database would hold: one record for each lead, which only a newer event changes. Its
// zero value is ready to use, and it is safe for concurrent use. Memory is bounded; the oldest lead is dropped first.
//
// The higher version is newer. Of two events with the same version, completed is newer: in edition 2022 it repeats the
// version of the last update (docs/contract.md, section 2).
type Leads struct {
	mu    sync.Mutex
	known map[string]*lead
	order []string // ids, oldest first
	size  int      // of all bodies whose answers are stored, in bytes
	limit int      // of size; 0 is maxSize
}

// Record is what Leads stores of one lead.
type Record struct {
	Version   int                        `json:"version"`
	Completed bool                       `json:"completed"`
	Answers   map[string]json.RawMessage `json:"answers"` // the values, by field name
}

type lead struct {
	record Record
	seen   []rank // of all events, without duplicates
	size   int    // of the body that made the record, in bytes
}

// rank orders the events of one lead.
type rank struct {
	version   int
	completed bool
}

func (r rank) newer(than rank) bool {
	return r.version > than.version || r.version == than.version && r.completed && !than.completed
}

// Take stores the event in a verified body and returns its effect. A body that is not an event of a lead has none.
func (l *Leads) Take(body []byte) Effect {
	s := payload.Summarize(body)
	if s.Lead == "" {
		return ""
	}
	r := rank{s.Version, strings.HasSuffix(s.Event, string(payload.Completed))}
	l.mu.Lock()
	defer l.mu.Unlock()
	stored := l.lead(s.Lead)
	effect := stored.effect(r)
	stored.add(r)
	if effect != EffectApplied {
		return effect
	}
	stored.record = Record{Version: r.version, Completed: r.completed, Answers: answersOf(body)}
	l.size += len(body) - stored.size
	stored.size = len(body)
	for l.size > cmp.Or(l.limit, maxSize) && len(l.order) > 1 {
		l.removeOldest()
	}
	return effect
}

// effect returns the effect of the next event of the lead.
func (s *lead) effect(r rank) Effect {
	if slices.Contains(s.seen, r) {
		return EffectDuplicate
	}
	for _, seen := range s.seen {
		if seen.newer(r) {
			return EffectStale
		}
	}
	return EffectApplied
}

// add adds an event to those seen, and drops the oldest one at the limit.
func (s *lead) add(r rank) {
	if slices.Contains(s.seen, r) {
		return
	}
	if len(s.seen) == maxEvents {
		s.seen = s.seen[1:]
	}
	s.seen = append(s.seen, r)
}

func (l *Leads) removeOldest() {
	l.size -= l.known[l.order[0]].size
	delete(l.known, l.order[0])
	l.order = l.order[1:]
}

func (l *Leads) lead(id string) *lead {
	if l.known == nil {
		l.known = map[string]*lead{}
	}
	if l.known[id] == nil {
		if len(l.order) == maxLeads {
			l.removeOldest()
		}
		l.known[id] = &lead{}
		l.order = append(l.order, id)
	}
	return l.known[id]
}

// Of returns the record of a lead, and reports whether there is one.
func (l *Leads) Of(id string) (Record, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[id] == nil {
		return Record{}, false
	}
	return l.known[id].record, true
}

// answersOf returns the values of the answers of an event.
func answersOf(body []byte) map[string]json.RawMessage {
	var event struct {
		Lead struct {
			Data map[string]struct{ Value json.RawMessage }
		}
	}
	_ = json.Unmarshal(body, &event) // fields that cannot be read are left out
	answers := map[string]json.RawMessage{}
	for field, answer := range event.Lead.Data {
		answers[field] = answer.Value
	}
	return answers
}
