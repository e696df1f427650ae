package receiver

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"artihook/emitter/payload"
)

// What is kept is bounded; the oldest lead goes first.
const (
	maxLeads  = 10_000
	maxKept   = 64 << 20 // bytes of bodies whose answers are kept
	maxEvents = 1000     // of one lead that are remembered
)

// Effect is what a delivery changed. The zero value is nothing known.
type Effect string

const (
	EffectApplied   Effect = "applied"   // it was news
	EffectDuplicate Effect = "duplicate" // this very event was here before
	EffectStale     Effect = "stale"     // a newer one was here before
	EffectRefused   Effect = "refused"   // a fault of this receiver: it does not take the event
)

// Leads is what a receiver's deliveries amount to, as a database would keep it: one record a lead, which only a newer
// event changes. It is safe for concurrent use; the zero value is empty and ready.
//
// What is newer goes by the version, and of two events with one version a completed one is newer: in edition 2022 it
// repeats the version of the last update (docs/contract.md, section 2).
type Leads struct {
	mu     sync.Mutex
	faults map[Fault]bool
	known  map[string]*lead
	order  []string // ids, oldest first
	size   int      // of all bodies whose answers are kept, in bytes
	limit  int      // of size; 0 is maxKept
}

// Record is what is kept of a lead.
type Record struct {
	Version   int                        `json:"version"`
	Completed bool                       `json:"completed"`
	Answers   map[string]json.RawMessage `json:"answers"` // the value of each, by its field
}

// lead has one record, and more only where a fault makes them.
type lead struct {
	records []Record
	seen    []rank // each once
	size    int
}

// rank orders the events of one lead.
type rank struct {
	version   int
	completed bool
}

func (r rank) newer(than rank) bool {
	return r.version > than.version || r.version == than.version && r.completed && !than.completed
}

func (l *Leads) set(faults []Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = map[Fault]bool{}
	for _, f := range faults {
		l.faults[f] = true
	}
}

// Take takes in a verified body and says what it changed. What is no event of a lead changes nothing.
func (l *Leads) Take(body []byte) Effect {
	s := payload.Summarize(body)
	if s.Lead == "" {
		return ""
	}
	r := rank{s.Version, strings.HasSuffix(s.Event, string(payload.Completed))}
	l.mu.Lock()
	defer l.mu.Unlock()
	of := l.lead(s.Lead)
	effect := l.effect(of, r)
	repeated := of.remember(r)
	if effect != EffectApplied {
		return effect
	}
	record := Record{Version: r.version, Completed: r.completed, Answers: answersOf(body)}
	if l.faults[FaultNotIdempotent] && repeated || len(of.records) == 0 {
		of.records = append(of.records, record)
	} else {
		of.records[0] = record
	}
	l.size += len(body) - of.size
	of.size = len(body)
	for l.size > cmp.Or(l.limit, maxKept) && len(l.order) > 1 {
		l.forgetOldest()
	}
	return effect
}

// remember says whether the event was here before.
func (of *lead) remember(r rank) (repeated bool) {
	if slices.Contains(of.seen, r) {
		return true
	}
	if len(of.seen) == maxEvents {
		of.seen = of.seen[1:]
	}
	of.seen = append(of.seen, r)
	return false
}

func (l *Leads) forgetOldest() {
	l.size -= l.known[l.order[0]].size
	delete(l.known, l.order[0])
	l.order = l.order[1:]
}

// effect decides, rightly or as the faults have it.
func (l *Leads) effect(of *lead, r rank) Effect {
	repeated := slices.Contains(of.seen, r)
	newest := rank{}
	for _, seen := range of.seen {
		if seen.newer(newest) {
			newest = seen
		}
	}
	switch {
	case l.faults[FaultRefusesDuplicates] && repeated,
		l.faults[FaultRefusesStale] && newest.newer(r),
		l.faults[FaultNeedsCreated] && len(of.seen) == 0 && r.version > 1,
		l.faults[FaultNeedsNextVersion] && r.version > newest.version+1:
		return EffectRefused
	case l.faults[FaultDropsSeenVersion] && r.version == newest.version:
		return EffectDuplicate
	case repeated && !l.faults[FaultNotIdempotent]:
		return EffectDuplicate
	case newest.newer(r) && !l.faults[FaultTrustsOrder] && !repeated:
		return EffectStale
	}
	return EffectApplied
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

// Of gives the records of a lead, one where all is well, none where nothing is known of it.
func (l *Leads) Of(id string) []Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[id] == nil {
		return nil
	}
	return slices.Clone(l.known[id].records)
}

// answersOf reads the values of the answers, as far as there are any.
func answersOf(body []byte) map[string]json.RawMessage {
	var event struct {
		Lead struct {
			Data map[string]struct{ Value json.RawMessage }
		}
	}
	_ = json.Unmarshal(body, &event) // what cannot be read is left out
	answers := map[string]json.RawMessage{}
	for field, answer := range event.Lead.Data {
		answers[field] = answer.Value
	}
	return answers
}
