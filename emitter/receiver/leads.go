package receiver

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"artihook/emitter/payload"
)

// Bounds of what Leads stores.
const (
	maxLeads  = 10_000
	maxKept   = 64 << 20 // bytes of bodies whose answers are stored
	maxEvents = 1000     // remembered of one lead
)

// Effect is what an event changed.
type Effect string

// The zero value is used for a body that is not an event.
const (
	EffectApplied   Effect = "applied"   // the record has changed
	EffectDuplicate Effect = "duplicate" // the same event was taken before
	EffectStale     Effect = "stale"     // a newer event was taken before
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
	size  int      // of all bodies whose answers are kept, in bytes
	limit int      // of size; 0 is maxKept
}

// Record is what Leads stores of one lead.
type Record struct {
	Version   int                        `json:"version"`
	Completed bool                       `json:"completed"`
	Answers   map[string]json.RawMessage `json:"answers"` // the values, by field name
}

type lead struct {
	record Record
	seen   []rank // each once
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
	of := l.lead(s.Lead)
	effect := of.effect(r)
	of.remember(r)
	if effect != EffectApplied {
		return effect
	}
	of.record = Record{Version: r.version, Completed: r.completed, Answers: answersOf(body)}
	l.size += len(body) - of.size
	of.size = len(body)
	for l.size > cmp.Or(l.limit, maxKept) && len(l.order) > 1 {
		l.forgetOldest()
	}
	return effect
}

// effect returns the effect of the next event of the lead.
func (of *lead) effect(r rank) Effect {
	if slices.Contains(of.seen, r) {
		return EffectDuplicate
	}
	for _, seen := range of.seen {
		if seen.newer(r) {
			return EffectStale
		}
	}
	return EffectApplied
}

// remember adds an event to the ones seen, each once.
func (of *lead) remember(r rank) {
	if slices.Contains(of.seen, r) {
		return
	}
	if len(of.seen) == maxEvents {
		of.seen = of.seen[1:]
	}
	of.seen = append(of.seen, r)
}

func (l *Leads) forgetOldest() {
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
			l.forgetOldest()
		}
		l.known[id] = &lead{}
		l.order = append(l.order, id)
	}
	return l.known[id]
}

// Of returns the record of a lead, and whether there is one.
func (l *Leads) Of(id string) (Record, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[id] == nil {
		return Record{}, false
	}
	return l.known[id].record, true
}

// answersOf returns the values of the answers in an event.
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
