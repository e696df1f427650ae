package check

import (
	"context"
	"fmt"
	"sync"
	"time"

	"artihook/emitter"
)

// connectionCases returns the cases about several connections.
func connectionCases() []Case {
	return []Case{
		{
			ID: "http-one-slow", Level: Should, Requests: 1 + besideSlow, run: oneSlow,
			Sends: "A plain delivery whose body is sent slowly, and three other plain deliveries at the same time.",
			Why:   "One slow sender must not block the others.", Fix: "Handle requests concurrently: use threads, several workers, or a server that reads the whole body before it calls your program.",
			Code: codeConcurrent, needs: []string{"http-cut"},
		},
	}
}

// cutsCase returns the case about connections that break. It is the last one: a receiver that fails it accepts nothing more.
func cutsCase() Case {
	return Case{
		ID: "http-five-cuts", Level: Must, Requests: len(cutPoints) + 1, run: fiveCuts,
		Sends: "Five plain deliveries whose connections close at different points of the body, then a plain valid one.",
		Why:   "Connections break. If the receiver then keeps a worker, a lock or a database connection, it becomes slower and finally stops.",
		Fix:   "Release the locks, connections and transactions of a request whose body cannot be read.", Code: codeReleaseAlways, needs: []string{"http-cut"},
	}
}

// besideSlow is the number of deliveries beside the slow one in http-one-slow.
const besideSlow = 3

const (
	minSlow   = 2 * time.Second       // the minimum time of the slow delivery, so that others end before it on a busy machine too
	slowStart = 50 * time.Millisecond // when the others start
)

// oneSlow sends a slow delivery and others meanwhile. It fails the case if all others end after the body of the slow one. When
// they have ended, the slow one is cut.
func oneSlow(c *caseRun) {
	took := max(c.run.opt.Slow, minSlow)
	slow := c.validRequest()
	slow.variant, slow.options = "with a body that is sent over "+took.String()+", until the others have ended", emitter.SendOptions{SlowBody: took}
	ctx, cut := context.WithCancel(c.ctx)
	defer cut()
	sender := &caseRun{ctx: ctx, run: c.run, result: c.result, name: c.name + " slow"}
	started := time.Now()
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = sender.post(slow) }) // what happens to it is not the question
	c.pause(slowStart)
	var others []request
	for range besideSlow {
		req := c.validRequest()
		req.variant = "beside a slow one"
		others = append(others, req)
	}
	deliveries := c.sendAtOnce(others...)
	blocked := time.Since(started) >= took
	cut()
	wait.Wait()
	for i := range deliveries {
		c.compare(others[i], &deliveries[i], accepted)
		blocked = blocked && deliveries[i].Duration >= took-2*slowStart
	}
	if blocked {
		c.fail(describe(others[0], &deliveries[0]), "a response before the slow delivery ends", fmt.Sprintf("it took %s, beside a delivery of %s", deliveries[0].Duration.Round(time.Millisecond), took))
	}
}

// cutPoints lists where connections break: how many quarters of the body are sent, the last one of them whole.
var cutPoints = [...]int{0, 1, 2, 3, 4}

func fiveCuts(c *caseRun) {
	for _, quarters := range cutPoints {
		req := c.validRequest()
		after := len(req.body) * quarters / 4
		if quarters == 4 {
			after = len(req.body) - 1
		}
		req.variant, req.options = fmt.Sprintf("with the connection cut after %d bytes of the body", after), emitter.SendOptions{Cut: true, CutAfter: after}
		c.send(req)
	}
	c.pause(cutTime)
	next := c.validRequest()
	next.variant = "after five connections that were cut"
	c.expect(next, accepted)
}
