package traffic

import (
	"strconv"
	"time"

	"artihook/emitter/history"
)

// Tally counts the outcomes of the events of a play.
type Tally struct {
	Leads      int            // conversations that have ended
	Deliveries int            // attempts, with retries
	Retries    int            // attempts after the first
	OK         int            // events that were accepted, at the first or a later attempt
	Failed     int            // events that were not accepted
	Failures   map[string]int // failed events by status or name of the failure: "500", "refused"
	Took       time.Duration
}

func newTally() Tally { return Tally{Failures: map[string]int{}} }

// count counts an event by its last attempt.
func (t *Tally) count(last *history.Delivery) {
	if last.OK() {
		t.OK++
		return
	}
	t.Failed++
	name := last.Error
	if name == "" {
		name = strconv.Itoa(last.Status)
	}
	t.Failures[name]++
}
