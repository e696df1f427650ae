package format

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"artihook/emitter/text"
	"artihook/fixtures/yamlfile"
)

// sequence goes through the steps in the order of the file, branch by branch, and checks that the lead or the earlier step
// of each one exists.
type sequence struct {
	diags   *yamlfile.Diagnostics
	known   []string // all ids of the scenario
	unnamed int      // leads without a name so far
	view
}

// view is the state that the steps of one branch see.
type view struct {
	sends map[string]bool // the ids so far, and whether their step sends
	leads []string        // the active leads in the order of their start; one without a name is a space and a number
	ended map[string]bool
	any   bool // a lead has been started
	// outside are the leads that were active before the branch, and used those of them that its steps use: two parallel
	// branches cannot use the same lead.
	outside []string
	used    map[string]bool
}

// checkSequence reports the steps whose lead or earlier step does not exist at their place.
func checkSequence(steps []*Step, diags *yamlfile.Diagnostics) {
	q := &sequence{diags: diags, view: view{sends: map[string]bool{}, ended: map[string]bool{}}}
	q.collectIDs(steps)
	q.walk(steps)
}

// collectIDs collects all ids and reports the duplicates.
func (q *sequence) collectIDs(steps []*Step) {
	for _, s := range steps {
		if s.ID.Given() {
			if slices.Contains(q.known, s.ID.Value) {
				q.diags.Add(s.ID.Place, "", "an earlier step has the id %.60q too; choose another", s.ID.Value)
			}
			q.known = append(q.known, s.ID.Value)
		}
		q.collectIDs(s.Inner())
	}
}

// walk checks steps in order.
func (q *sequence) walk(steps []*Step) {
	for _, s := range steps {
		switch s.Action {
		case "start":
			q.start(s)
		case "answer", "complete", "abandon":
			q.continueLead(s)
		case "send":
			if s.Lead.Given() {
				q.continueLead(s)
			}
		case "resend":
			q.resend(s)
		case "repeat":
			q.walk(s.Repeat.Steps)
			if s.Repeat.Times.Value > 1 { // the second round starts with the leads that the first one left
				q.walk(s.Repeat.Steps)
			}
		case "parallel":
			q.parallel(s)
		case "for_each":
			q.forEach(s)
		}
		if _, twice := q.sends[s.ID.Value]; s.ID.Given() && !twice {
			q.sends[s.ID.Value] = s.sends
		}
	}
}

// parallel checks each branch with the state before all of them, and then joins the states after them.
func (q *sequence) parallel(s *Step) {
	before := q.view
	after := before.copy()
	for _, b := range s.Parallel {
		q.view = before.copy()
		q.outside, q.used = slices.Clone(before.leads), map[string]bool{}
		q.walk(b.Steps)
		for name := range q.used {
			if after.used[name] {
				q.diags.Add(b.Place, "", "an earlier branch uses the lead %.60q too; the events of a lead have one order", strings.TrimSpace(name))
			}
			after.used[name] = true
		}
		after.join(&before, &q.view)
	}
	after.outside, after.used = before.outside, before.used
	q.view = after
}

// forEach checks the steps of one lead, which see no lead from outside.
func (q *sequence) forEach(s *Step) {
	before := q.view
	q.view = view{sends: maps.Clone(before.sends), ended: map[string]bool{}}
	q.walk(s.ForEach.Steps)
	q.view = before
}

func (v *view) copy() view {
	return view{sends: maps.Clone(v.sends), leads: slices.Clone(v.leads), ended: maps.Clone(v.ended), any: v.any, used: map[string]bool{}}
}

// join adds the state after a branch: its ids, and the leads that it started or ended.
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
		q.diags.Add(s.Lead.Place, "", "the lead %.60q is active already; complete or abandon it first, or choose another name", name)
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

// returns checks that the earlier lead of a returning visitor exists. It may have ended.
func (q *sequence) returns(v *Visitor) {
	name := v.Returns.Value
	switch {
	case slices.Contains(q.outside, name):
		q.used[name] = true
	case !slices.Contains(q.leads, name) && !q.ended[name]:
		q.diags.Add(v.Returns.Place, text.Nearest(name, q.named()), "no lead %.60q was started before this step", name)
	}
}

// continueLead checks that the lead of a step is active. complete and abandon end it.
func (q *sequence) continueLead(s *Step) {
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
		q.diags.Add(s.Lead.Place, "", "the lead %.60q has ended before this step", name)
	case s.Lead.Given():
		q.diags.Add(s.Lead.Place, text.Nearest(name, q.named()), "no lead %.60q was started before this step", name)
	case q.any:
		q.diags.Add(s.Place, "", "the lead of this step has ended before it; start another one")
	default:
		q.diags.Add(s.Place, "", "no lead was started before this step")
	}
}

// named returns the names of the active leads that have one.
func (v *view) named() []string {
	return slices.DeleteFunc(slices.Clone(v.leads), func(name string) bool { return strings.HasPrefix(name, " ") })
}

// resend checks that the step with the id exists, is before this one, and sends.
func (q *sequence) resend(s *Step) {
	id := s.Resend.Value
	sends, before := q.sends[id]
	switch {
	case before && !sends:
		q.diags.Add(s.Resend.Place, "", "the step %.60q sends nothing, so it cannot be sent again", id)
	case before:
	case slices.Contains(q.known, id):
		q.diags.Add(s.Resend.Place, "", "the step %.60q is not before this one", id)
	default:
		q.diags.Add(s.Resend.Place, text.Nearest(id, q.known), "no step has the id %.60q", id)
	}
}
