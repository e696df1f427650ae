package traffic

import (
	"strconv"
	"time"

	"artihook/emitter/history"
)

// Tally counts what came of the events.
type Tally struct {
	Leads      int            // conversations that came to their end
	Deliveries int            // attempts, with retries
	Retries    int            // attempts after the first
	OK         int            // events that were accepted in the end
	Failed     int            // events that were not
	Failures   map[string]int // failed events by status or error name: "500", "refused"
	Took       time.Duration
}

func newTally() Tally { return Tally{Failures: map[string]int{}} }

// count adds an event by its last attempt.
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
