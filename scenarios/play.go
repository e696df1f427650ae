package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	vars := &variables{given: r.opt.Vars, known: map[string]string{}, captured: map[string]bool{}, taken: map[string]bool{}, env: r.opt.Env, used: map[string]bool{}, unsure: unsure, budget: new(budget)}
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
		case errors.Is(err, errTexts):
			p.blame(v.Value.Place, err)
			return nil
		case last:
			p.blame(v.Value.Place, p.circular(v.Key, err))
		default:
			later = append(later, v)
		}
	}
	return later
}

// circular says of a variable that could not be filled in that it contains itself, if that is why.
func (p *play) circular(key string, err error) error {
	var unset *unsetError
	if !errors.As(err, &unset) || !slices.ContainsFunc(p.file.Vars, func(v Entry[Text]) bool { return v.Key == unset.name }) {
		return err
	}
	if unset.name == key {
		return fmt.Errorf("the variable %q contains itself", key)
	}
	return fmt.Errorf("the variable %q contains %q, which cannot be filled in", key, unset.name)
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

// redact masks the secrets of all webhooks.
func (p *play) redact(b []byte) []byte {
	for i := range p.hooks {
		b = p.hooks[i].Secret.Redact(b)
	}
	return b
}

func (p *play) redactText(text string) string { return string(p.redact([]byte(text))) }

// redactReply masks the secrets in what a probe gave, before anything of it is compared, captured or shown. A delivery has
// lost them already.
func (p *play) redactReply(r *reply) {
	header := r.header
	r.header = func(name string) (string, bool) {
		value, there := header(name)
		return p.redactText(value), there
	}
	r.body, r.reason = p.redact(r.body), p.redactText(r.reason)
}
