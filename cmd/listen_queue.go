package cmd

import (
	"context"
	"time"

	"artihook/emitter/receiver"
)

const (
	maxQueued   = 32          // requests that wait to be printed; each may have a body of 4 MiB
	explainTime = time.Second // for explanations of signatures after the end of the server
)

// printQueue prints requests in their order, while later ones get their response: an explanation of a signature takes up to two
// seconds.
type printQueue struct {
	arrivals chan receiver.Arrival
	stop     chan struct{}      // closed when no further request is added
	ended    chan struct{}      // closed when all are printed
	shorten  context.CancelFunc // ends explanations
}

func startPrinting(printer *arrivalPrinter) *printQueue {
	ctx, cancel := context.WithCancel(context.Background())
	q := &printQueue{make(chan receiver.Arrival, maxQueued), make(chan struct{}), make(chan struct{}), cancel}
	print := func(arrival receiver.Arrival) { _ = printer.print(ctx, &arrival) } // listen continues if stdout is closed
	go func() {
		defer close(q.ended)
		for {
			select {
			case arrival := <-q.arrivals:
				print(arrival)
			case <-q.stop:
				for len(q.arrivals) > 0 {
					print(<-q.arrivals)
				}
				return
			}
		}
	}()
	return q
}

// add adds a request. It waits while the queue is full.
func (q *printQueue) add(arrival receiver.Arrival) {
	select {
	case q.arrivals <- arrival:
	case <-q.stop: // the handler ran longer than the server
	}
}

// end waits until all requests are printed.
func (q *printQueue) end() {
	defer time.AfterFunc(explainTime, q.shorten).Stop()
	close(q.stop)
	<-q.ended
	q.shorten()
}
