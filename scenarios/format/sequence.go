package format

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"artihook/fixtures/yamlfile"
)

// sequence follows the steps in the order of the file, from outside in and branch after branch, and looks whether each
// finds what it is about.
type sequence struct {
	faults  *yamlfile.Diagnostics
	known   []string // all ids of the scenario
	unnamed int      // leads without a name so far
	view
}

// view is what the steps of one branch know of.
type view struct {
	sends map[string]bool // the ids so far, and whether their step sends
	leads []string        // under way, the one started last at the end; one without a name is a space and its number
	ended map[string]bool
	any   bool // a lead has been started
	// used notes which leads from outside its branch a branch is about: two branches at once cannot share one.
	outside []string
	used    map[string]bool
}

func checkSequence(steps []*Step, faults *yamlfile.Diagnostics) {
	q := &sequence{faults: faults, view: view{sends: map[string]bool{}, ended: map[string]bool{}}}
	q.gather(steps)
	q.walk(steps)
}

// gather lists all ids, and refuses those that stand twice.
func (q *sequence) gather(steps []*Step) {
	for _, s := range steps {
		if s.ID.Given() {
			if slices.Contains(q.known, s.ID.Value) {
				q.faults.Add(s.ID.Place, "", "a second step has the id %.60q", s.ID.Value)
			}
			q.known = append(q.known, s.ID.Value)
		}
		q.gather(s.Inner())
	}
}

func (q *sequence) walk(steps []*Step) {
	for _, s := range steps {
		switch s.Action() {
		case "start":
			q.start(s)
		case "answer", "complete", "abandon":
			q.goOn(s)
		case "send":
			if s.Lead.Given() {
				q.goOn(s)
			}
		case "resend":
			q.resend(s)
		case "repeat":
			q.walk(s.Repeat.Steps)
			if s.Repeat.Times.N > 1 { // the second round meets what the first one left
				q.walk(s.Repeat.Steps)
			}
		case "parallel":
			q.parallel(s)
		case "for_each":
			q.forEach(s)
		}
		if _, twice := q.sends[s.ID.Value]; s.ID.Given() && !twice {
			q.sends[s.ID.Value] = s.sends()
		}
	}
}

// parallel lets each branch see what was there before all of them, and afterwards joins what they leave.
func (q *sequence) parallel(s *Step) {
	before := q.view
	after := before.copy()
	for _, b := range s.Parallel {
		q.view = before.copy()
		q.outside, q.used = slices.Clone(before.leads), map[string]bool{}
		q.walk(b.Steps)
		for name := range q.used {
			if after.used[name] {
				q.faults.Add(b.Place, "", "the lead %.60q is in an earlier branch too; a lead's events have one order", strings.TrimSpace(name))
			}
			after.used[name] = true
		}
		after.join(&before, &q.view)
	}
	after.outside, after.used = before.outside, before.used
	q.view = after
}

// forEach gives every lead a world of its own: none of those outside is in it.
func (q *sequence) forEach(s *Step) {
	before := q.view
	q.view = view{sends: maps.Clone(before.sends), ended: map[string]bool{}}
	q.walk(s.ForEach.Steps)
	q.view = before
}

func (v *view) copy() view {
	return view{sends: maps.Clone(v.sends), leads: slices.Clone(v.leads), ended: maps.Clone(v.ended), any: v.any, used: map[string]bool{}}
}

// join takes over what a branch has left: ids, and leads that it started or ended.
func (v *view) join(before, branch *view) {
	for id, sends := range branch.sends {
		v.sends[id] = sends
	}
	for name := range branch.ended {
		v.ended[name] = true
	}
	v.leads = slices.DeleteFunc(v.leads, func(name string) bool {
		return slices.Contains(before.leads, name) && !slices.Contains(branch.leads, name)
	})
	for _, name := range branch.leads {
		if !slices.Contains(before.leads, name) {
			v.leads = append(v.leads, name)
		}
	}
	v.any = v.any || branch.any
}

func (q *sequence) start(s *Step) {
	name := s.Lead.Value
	if v := s.Start.Visitor; v != nil && v.Returns.Given() {
		q.returns(v)
	}
	if name != "" && slices.Contains(q.leads, name) {
		q.faults.Add(s.Lead.Place, "", "the lead %.60q is under way already", name)
		return
	}
	q.any = true
	if name == "" {
		q.unnamed++
		name = fmt.Sprint(" ", q.unnamed)
	}
	q.leads = append(q.leads, name)
	delete(q.ended, name)
}

// returns looks for the lead of the same person, which may have ended.
func (q *sequence) returns(v *Visitor) {
	name := v.Returns.Value
	switch {
	case slices.Contains(q.outside, name):
		q.used[name] = true
	case !slices.Contains(q.leads, name) && !q.ended[name]:
		q.faults.Add(v.Returns.Place, yamlfile.Nearest(name, q.named()), "no lead %.60q was started before this step", name)
	}
}

// goOn looks for the lead of a step that is about one. Only complete and abandon end it.
func (q *sequence) goOn(s *Step) {
	name := s.Lead.Value
	i := len(q.leads) - 1
	if s.Lead.Given() {
		i = slices.Index(q.leads, name)
	}
	switch {
	case i >= 0:
		if slices.Contains(q.outside, q.leads[i]) {
			q.used[q.leads[i]] = true
		}
		if s.Complete != nil || s.Abandon != nil {
			q.ended[q.leads[i]] = true
			q.leads = slices.Delete(q.leads, i, i+1)
		}
	case s.Lead.Given() && q.ended[name]:
		q.faults.Add(s.Lead.Place, "", "the lead %.60q has ended before this step", name)
	case s.Lead.Given():
		q.faults.Add(s.Lead.Place, yamlfile.Nearest(name, q.named()), "no lead %.60q was started before this step", name)
	case q.any:
		q.faults.Add(s.Place, "", "the lead of this step has ended before it; start another one")
	default:
		q.faults.Add(s.Place, "", "no lead was started before this step")
	}
}

func (v *view) named() []string {
	return slices.DeleteFunc(slices.Clone(v.leads), func(name string) bool { return strings.HasPrefix(name, " ") })
}

func (q *sequence) resend(s *Step) {
	id := s.Resend.Value
	sends, before := q.sends[id]
	switch {
	case before && !sends:
		q.faults.Add(s.Resend.Place, "", "the step %.60q sends nothing that could be sent again", id)
	case before:
	case slices.Contains(q.known, id):
		q.faults.Add(s.Resend.Place, "", "the step %.60q does not come before this one", id)
	default:
		q.faults.Add(s.Resend.Place, yamlfile.Nearest(id, q.known), "no step has the id %.60q", id)
	}
}
