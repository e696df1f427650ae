package scenarios

import (
	"context"
	"errors"
	"sync"
	"time"

	"artihook/emitter"
	"artihook/scenarios/report"
)

// play is one scenario while it runs, or is looked at (dry).
type play struct {
	*run
	file *File
	dry  bool
	// partial says that the file has faults already: what follows from a step as a whole may follow from them.
	partial bool
	now     func() time.Time
	hooks   []emitter.Webhook
	scope   // of the outermost steps

	mu          sync.Mutex
	faults      Faults // while dry
	found       bool   // the step that is to run alone is there
	taken       bool   // and it has run
	unreachable bool   // a step has failed because nobody can be reached there
	broken      error  // why the whole run must end
	generators  map[recipe]*sync.Pool
}

func (r *run) newPlay(f *File) *play {
	partial, unsure := f.partial, f.unsure
	f = f.whole()
	p := &play{run: r, file: f, partial: partial, now: r.clockOf(f), generators: map[recipe]*sync.Pool{}}
	vars := &variables{given: r.opt.Vars, known: map[string]string{}, captured: map[string]bool{}, taken: map[string]bool{}, env: r.opt.Env, used: map[string]bool{}, unsure: unsure}
	gatherCaptured(f.Steps, vars.captured)
	if partial {
		vars.set(varLead, "") // its start may be what could not be read
	}
	p.scope = scope{p: p, vars: vars, sent: map[string][]*parcel{}, known: map[string]*lead{}, seed: r.seedOf(f)}
	return p
}

func gatherCaptured(steps []*Step, names map[string]bool) {
	for _, s := range steps {
		for _, c := range s.Capture {
			names[c.Key] = true
		}
		gatherCaptured(s.Inner(), names)
	}
}

func (p *play) defaults() *Defaults {
	if p.file.Defaults == nil || p.file.Defaults.faulty {
		return &Defaults{}
	}
	return p.file.Defaults
}

// perform settles what the steps have in common and takes them one after the other.
func (p *play) perform(ctx context.Context) {
	later := p.setVars(p.file.Vars, false) // the defaults may use them
	var err error
	if p.hooks, err = p.webhooks(); err != nil {
		if fault := (*Fault)(nil); errors.As(err, &fault) {
			p.faults = append(p.faults, fault)
		} else {
			p.broken = err
		}
		return
	}
	p.setVars(later, true) // those that use the URL
	p.walk(ctx, p.file.Steps)
}

// blame notes a fault of the file, at the place that the error names, or else at the given one.
func (p *play) blame(at Place, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var fault *Fault
	if errors.As(err, &fault) {
		p.faults = append(p.faults, fault)
		return
	}
	if p.partial {
		return
	}
	p.faults.add(at, "", "%s", err)
}

// fault is an error with its place.
func (p *play) fault(at Place, err error) error {
	var fault *Fault
	if errors.As(err, &fault) {
		return err
	}
	return &Fault{File: at.File, Line: at.Line, Column: at.Column, Problem: err.Error()}
}

// setVars fills in the file's variables and gives those that use what is not known yet; the last time that is a fault.
func (p *play) setVars(vars Map[Text], last bool) (later Map[Text]) {
	for _, v := range vars {
		text, err := p.vars.expand(v.Value.Value)
		switch {
		case err == nil:
			p.vars.set(v.Key, text)
		case last:
			p.blame(v.Value.Place, err)
		default:
			later = append(later, v)
		}
	}
	return later
}

// over says why no further step is taken; "" when one is.
func (p *play) over(ctx context.Context) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case ctx.Err() != nil || p.broken != nil:
		return "interrupted"
	case p.taken:
		return "another step runs alone"
	case p.unreachable:
		return "an earlier step could not reach the receiver"
	case p.opt.FailFast && p.failed.Load():
		return "an earlier step failed"
	}
	return ""
}

// note keeps what a step's end means for those that follow.
func (p *play) note(s *report.Step, unreachable bool, path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken = p.taken || p.opt.Step != "" && p.opt.Step == path
	if s.Outcome != report.Failed {
		return
	}
	p.failed.Store(true)
	p.unreachable = p.unreachable || unreachable
}

// otherFile gives the file of a step that was included.
func (p *play) otherFile(step *Step) string {
	if step.File == p.file.File {
		return ""
	}
	return step.File
}

// breakOff ends the whole run: not the receiver, but this side has failed.
func (p *play) breakOff(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken == nil && !errors.Is(err, context.Canceled) {
		p.broken = err
	}
}

// stars puts stars in place of the secrets.
func (p *play) stars(text string) string {
	for i := range p.hooks {
		if b := p.hooks[i].Secret.Redact([]byte(text)); string(b) != text {
			text = string(b)
		}
	}
	return text
}

// redact takes the secrets out of a result. Receivers may echo them in ways that a delivery does not catch.
func (p *play) redact(s *report.Step) {
	text := func(t *string) { *t = p.stars(*t) }
	body := func(b *[]byte) {
		for i := range p.hooks {
			*b = p.hooks[i].Secret.Redact(*b)
		}
	}
	for _, t := range []*string{&s.Name, &s.Why, &s.Repeat} {
		text(t)
	}
	for i := range s.Checks {
		text(&s.Checks[i].Expected)
		text(&s.Checks[i].Actual)
	}
	for i := range s.Exchanges {
		e := &s.Exchanges[i]
		for _, t := range []*string{&e.Title, &e.URL, &e.Reason, &e.Request.Head, &e.Response.Head} {
			text(t)
		}
		body(&e.Request.Body)
		body(&e.Response.Body)
	}
}
