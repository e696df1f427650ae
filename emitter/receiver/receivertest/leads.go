package receivertest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"time"

	"artihook/emitter/receiver"
)

// raceTime is how long one of two simultaneous events waits for the other in LosesUpdates: version 3 until version 2 was read, and
// version 2 until version 3 was stored.
const raceTime = 400 * time.Millisecond

// leads stores the leads, in memory and without bound.
type leads struct {
	has map[Misbehavior]bool

	mu      sync.Mutex
	known   map[string]*lead
	owner   map[string]string // the lead of each e-mail address and contact
	current *lead             // the last lead that was created
}

type lead struct {
	records []receiver.Record
	seen    []version
	taken   time.Time // when the last event was taken
	racing  bool      // version 2 has read the lead, for LosesUpdates
}

// version orders the events of a lead: in edition 2022, completed repeats the version of the last update.
type version struct {
	number    int
	completed bool
}

func versionOf(e *event) version { return version{e.ResourceVersion, e.Action == "completed"} }

func (v version) newer(than version) bool {
	return v.number > than.number || v.number == than.number && v.completed && !than.completed
}

// newest returns the newest version that was seen.
func (l *lead) newest() version {
	var newest version
	for _, seen := range l.seen {
		if seen.newer(newest) {
			newest = seen
		}
	}
	return newest
}

func (l *leads) records(id string) []receiver.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[id] == nil || l.has[StoresHTMLLate] && time.Since(l.known[id].taken) < LateTime {
		return nil
	}
	return slices.Clone(l.known[id].records)
}

// take stores an event. It reports false if it rejects the event.
func (l *leads) take(e *event) (ok bool) {
	if !e.isEvent() {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known, l.owner = map[string]*lead{}, map[string]string{}
	}
	of := l.known[e.ResourceID]
	if of == nil {
		of = &lead{}
		l.known[e.ResourceID] = of
	}
	if l.rejects(e, of) {
		return false
	}
	if l.has[LosesUpdates] && e.ResourceVersion == 3 {
		l.await(func() bool { return of.racing })
	}
	before := of.newest()
	if l.has[LosesUpdates] && e.ResourceVersion == 2 {
		of.racing = true
		l.await(func() bool { return of.newest().newer(versionOf(e)) })
	}
	v := versionOf(e)
	repeated := slices.Contains(of.seen, v)
	of.seen, of.taken = append(of.seen, v), time.Now()
	switch {
	case l.has[StoresCreatedOnly] && len(of.seen) > 1,
		l.has[DropsSeenVersion] && v.number == before.number,
		l.has[DropsAfterError] && e.cannotBeStored():
	case repeated && !l.has[NotIdempotent] && !(l.has[AppendsUpdates] && e.Action == "updated"):
	case before.newer(v) && !l.has[TrustsOrder] && !repeated && !l.has[ComparesText]:
	case l.has[ComparesText] && strconv.Itoa(v.number) < strconv.Itoa(before.number):
	case l.has[IgnoresAnswersOfCompleted] && v.completed && len(of.records) > 0:
		of.records[0].Version, of.records[0].Completed = e.ResourceVersion, true
	case repeated || len(of.records) == 0:
		of.records = append(of.records, l.recordOf(e))
	default:
		of.records[0] = l.recordOf(e)
	}
	l.mix(e, of)
	if earlier := l.owner[e.Lead.ContactID]; l.has[OverwritesContact] {
		if l.owner[e.Lead.ContactID] = e.ResourceID; earlier != "" && earlier != e.ResourceID {
			delete(l.known, earlier)
		}
	}
	return true
}

// await waits until the condition is true, for raceTime at most. It unlocks l.mu meanwhile.
func (l *leads) await(condition func() bool) {
	for end := time.Now().Add(raceTime); time.Now().Before(end) && !condition(); {
		l.mu.Unlock()
		time.Sleep(time.Millisecond)
		l.mu.Lock()
	}
}

// rejects reports whether a mistake rejects the event, of a lead with these earlier events.
func (l *leads) rejects(e *event, of *lead) bool {
	v := versionOf(e)
	first, repeated, newest := len(of.seen) == 0, slices.Contains(of.seen, v), of.newest()
	return l.has[RejectsDuplicates] && repeated && !v.completed ||
		l.has[RejectsCompletedTwice] && repeated && v.completed ||
		l.has[RejectsStale] && newest.newer(v) ||
		l.has[NeedsCreated] && first && e.Action == "updated" ||
		l.has[RejectsCompletedFirst] && first && v.completed ||
		l.has[NeedsNextVersion] && !first && v.number > newest.number+1 ||
		l.has[UniqueEmail] && l.isTaken(e, e.email()) ||
		l.has[UniqueContact] && l.isTaken(e, e.Lead.ContactID) ||
		l.has[UniqueAnswers] && l.isTaken(e, e.answers())
}

// isTaken reports whether another lead has the key. It takes the key for the lead of the event.
func (l *leads) isTaken(e *event, key string) bool {
	if key == "" {
		return false
	}
	owner := cmp.Or(l.owner[key], e.ResourceID)
	l.owner[key] = owner
	return owner != e.ResourceID
}

// mix moves the event's record to the lead that was created last, as a receiver with a global variable does.
func (l *leads) mix(e *event, of *lead) {
	switch {
	case !l.has[OneCurrentLead]:
	case e.Action == "created" || l.current == nil:
		l.current = of
	case l.current != of:
		l.current.records, of.records = of.records, l.current.records
	}
}

func (l *leads) recordOf(e *event) receiver.Record {
	record := receiver.Record{Version: e.ResourceVersion, Completed: e.Action == "completed", Answers: map[string]json.RawMessage{}}
	for field, a := range e.Lead.Data {
		field, value := field, a.Value
		for mistake, change := range storedAs {
			if l.has[mistake] {
				field, value = change(field, a)
			}
		}
		record.Answers[field] = value
	}
	return record
}
