package scenarios

import "slices"

// sequence follows the steps in the order of the file, from outside in and branch after branch, and looks whether each
// finds what it is about.
type sequence struct {
	faults *Faults
	known  []string        // all ids of the scenario
	sends  map[string]bool // the ids so far, and whether their step sends
	leads  []string        // under way, the one started last at the end
	ended  map[string]bool
	any    bool // a lead has been started
}

func checkSequence(steps []*Step, faults *Faults) {
	q := &sequence{faults: faults, sends: map[string]bool{}, ended: map[string]bool{}}
	q.gather(steps)
	q.walk(steps)
}

// gather lists all ids, and refuses those that stand twice.
func (q *sequence) gather(steps []*Step) {
	for _, s := range steps {
		if s.ID.Given() {
			if slices.Contains(q.known, s.ID.Value) {
				q.faults.add(s.ID.Place, "", "a second step has the id %.60q", s.ID.Value)
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
		}
		if _, twice := q.sends[s.ID.Value]; s.ID.Given() && !twice {
			q.sends[s.ID.Value] = s.sends()
		}
		q.walk(s.Inner())
	}
}

func (q *sequence) start(s *Step) {
	name := s.Lead.Value
	if name != "" && slices.Contains(q.leads, name) {
		q.faults.add(s.Lead.Place, "", "the lead %.60q is under way already", name)
		return
	}
	q.any = true
	q.leads = append(q.leads, name)
	delete(q.ended, name)
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
		if s.Complete != nil || s.Abandon != nil {
			q.leads = slices.Delete(q.leads, i, i+1)
			q.ended[name] = true
		}
	case s.Lead.Given() && q.ended[name]:
		q.faults.add(s.Lead.Place, "", "the lead %.60q has ended before this step", name)
	case s.Lead.Given():
		q.faults.add(s.Lead.Place, nearest(name, q.leads), "no lead %.60q was started before this step", name)
	case q.any:
		q.faults.add(s.Place, "", "the lead of this step has ended before it; start another one")
	default:
		q.faults.add(s.Place, "", "no lead was started before this step")
	}
}

func (q *sequence) resend(s *Step) {
	id := s.Resend.Value
	sends, before := q.sends[id]
	switch {
	case before && !sends:
		q.faults.add(s.Resend.Place, "", "the step %.60q sends nothing that could be sent again", id)
	case before:
	case slices.Contains(q.known, id):
		q.faults.add(s.Resend.Place, "", "the step %.60q does not come before this one", id)
	default:
		q.faults.add(s.Resend.Place, nearest(id, q.known), "no step has the id %.60q", id)
	}
}
