package webui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"artihook/scenarios/report"
)

const (
	// maxRunning is how many jobs can run at once, and maxEnded how many that have ended can be read.
	maxRunning, maxEnded = 4, 20
	// maxJobDeliveries is how many numbers of deliveries and leads a job holds, the first ones.
	maxJobDeliveries = 10000
	// maxResults is how many bytes of results a job holds.
	maxResults = 8 << 20
)

// job is work that takes longer than a request should: conversations, a scenario, or an examination.
type job struct {
	id      int64
	kind    string // play, run or check
	title   string
	to      string // the receiver
	started time.Time
	cancel  context.CancelFunc
	done    chan struct{} // closed at the end

	mu       sync.Mutex
	progress jobProgress
}

// jobProgress is what a job has done so far.
type jobProgress struct {
	ended      time.Time // zero while the job runs
	err        error
	cancelled  bool
	ok         bool // of an ended job: the command would exit with 0
	total      int  // of parts: leads, cases, scenarios
	parts      int  // that have ended
	deliveries []int64
	leads      []string
	results    []json.RawMessage // the objects of the command with -o json
	size       int               // of results, in bytes
	cut        bool              // results that do not fit are missing
	summary    any
	report     *report.Report // nil while the job runs, and if there is none
	steps      []report.Step  // of a check, for the page
	notes      []string
}

// jobObject is a job in JSON.
type jobObject struct {
	ID         int64             `json:"id"`
	Kind       string            `json:"kind"`
	State      string            `json:"state"` // running, done, failed or cancelled
	Started    time.Time         `json:"started"`
	Ended      *time.Time        `json:"ended"`
	OK         *bool             `json:"ok"`    // null while it runs: whether the command would exit with 0
	Error      string            `json:"error"` // of a failed job
	Total      int               `json:"total"`
	Done       int               `json:"done"`
	Deliveries []int64           `json:"deliveries"`
	Leads      []string          `json:"leads"`
	Results    []json.RawMessage `json:"results"`
	Truncated  bool              `json:"truncated"`
	Summary    any               `json:"summary"`
}

func (j *job) snapshot() jobProgress {
	j.mu.Lock()
	defer j.mu.Unlock()
	p := j.progress
	p.deliveries, p.leads, p.results, p.steps = slices.Clone(p.deliveries), slices.Clone(p.leads), slices.Clone(p.results), slices.Clone(p.steps)
	return p
}

func (p *jobProgress) state() string {
	switch {
	case p.ended.IsZero():
		return "running"
	case p.cancelled:
		return "cancelled"
	case p.err != nil:
		return "failed"
	}
	return "done"
}

func (j *job) object() jobObject {
	p := j.snapshot()
	o := jobObject{
		ID: j.id, Kind: j.kind, State: p.state(), Started: j.started.UTC(), Total: p.total, Done: p.parts, Summary: p.summary, Truncated: p.cut,
		// Empty lists are not null.
		Deliveries: append([]int64{}, p.deliveries...), Leads: append([]string{}, p.leads...), Results: append([]json.RawMessage{}, p.results...),
	}
	if !p.ended.IsZero() {
		ended := p.ended.UTC()
		o.Ended, o.OK = &ended, &p.ok
	}
	if p.err != nil && !p.cancelled {
		o.Error = p.err.Error()
	}
	return o
}

// update changes the progress.
func (j *job) update(change func(*jobProgress)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change(&j.progress)
}

// addDelivery notes a delivery of the job.
func (p *jobProgress) addDelivery(id int64, lead string) {
	if id > 0 && len(p.deliveries) < maxJobDeliveries {
		p.deliveries = append(p.deliveries, id)
	}
	if lead != "" && len(p.leads) < maxJobDeliveries && !slices.Contains(p.leads[max(0, len(p.leads)-maxConcurrency):], lead) {
		p.leads = append(p.leads, lead)
	}
}

// addResult notes a result, which is one object on a line.
func (p *jobProgress) addResult(object []byte) {
	if p.size += len(object); p.size > maxResults {
		p.cut = true
		return
	}
	p.results = append(p.results, json.RawMessage(object))
}

// jobs are the jobs of a handler.
type jobs struct {
	mu   sync.Mutex
	last int64
	list []*job // oldest first
}

var errTooManyJobs = withStatus(429, fmt.Errorf("%d jobs are running; wait for one of them, or cancel it", maxRunning))

// startJob runs work in the background. It returns an error if too many jobs run.
func (h *Handler) startJob(kind, title, to string, work func(context.Context, *job) error) (*job, error) {
	done, ok := h.begin()
	if !ok {
		return nil, errStopping
	}
	ctx, cancel := context.WithCancel(h.ctx)
	j := &job{kind: kind, title: title, to: to, started: h.opt.Now(), cancel: cancel, done: make(chan struct{})}
	if err := h.jobs.add(j); err != nil {
		cancel()
		done()
		return nil, err
	}
	go func() {
		defer done()
		defer close(j.done)
		defer cancel()
		err := work(ctx, j)
		j.update(func(p *jobProgress) {
			p.ended, p.err = h.opt.Now(), err
			p.cancelled = ctx.Err() != nil || errors.Is(err, context.Canceled)
			p.ok = p.ok && err == nil && !p.cancelled
		})
	}()
	return j, nil
}

// add gives the job its number, and forgets the oldest jobs that have ended.
func (js *jobs) add(j *job) error {
	js.mu.Lock()
	defer js.mu.Unlock()
	running := 0
	for _, other := range js.list {
		if other.running() {
			running++
		}
	}
	if running >= maxRunning {
		return errTooManyJobs
	}
	for ended := len(js.list) - running; ended >= maxEnded; ended-- {
		i := slices.IndexFunc(js.list, func(other *job) bool { return !other.running() })
		js.list = slices.Delete(js.list, i, i+1)
	}
	js.last++
	j.id = js.last
	js.list = append(js.list, j)
	return nil
}

func (j *job) running() bool {
	select {
	case <-j.done:
		return false
	default:
		return true
	}
}

// find returns the job with this number.
func (js *jobs) find(id string) (*job, error) {
	js.mu.Lock()
	defer js.mu.Unlock()
	for _, j := range js.list {
		if strconv.FormatInt(j.id, 10) == id {
			return j, nil
		}
	}
	return nil, withStatus(404, fmt.Errorf("there is no job %q; the last %d that have ended are known", id, maxEnded))
}

// all returns the jobs, newest first.
func (js *jobs) all() []*job {
	js.mu.Lock()
	defer js.mu.Unlock()
	list := slices.Clone(js.list)
	slices.Reverse(list)
	return list
}
