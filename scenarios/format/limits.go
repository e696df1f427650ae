package format

import "artihook/fixtures/yamlfile"

// What a scenario can multiply is bounded: a small file must exhaust neither the memory nor anybody's patience.
const (
	// maxWork is how many steps, deliveries and included files a scenario may have, with every round, lead and copy
	// counted.
	maxWork = 100_000
	// maxAtOnce is how many branches and leads may run side by side.
	maxAtOnce = 1000
	// MaxBytes is the size of all included files of a scenario together, and of all texts and bodies that it makes
	// while it runs, in bytes.
	MaxBytes = 128 << 20
)

// work counts what the steps of a scenario come to before any of them runs.
type work struct {
	webhooks int
	faults   *yamlfile.Diagnostics
	over     bool // a fault says so already
}

// checkWork reports whether a scenario stays within maxWork and maxAtOnce, and adds a fault if it does not.
func checkWork(f *File, faults *yamlfile.Diagnostics) bool {
	w := &work{webhooks: 1, faults: faults}
	if f.Defaults != nil {
		w.webhooks = max(len(f.Defaults.Webhooks), 1)
	}
	w.count(f.Steps)
	return !w.over
}

// count returns how many steps and deliveries the steps come to, and how many of them run at once at most. Beyond the
// limits it counts no further.
func (w *work) count(steps []*Step) (total, atOnce int) {
	atOnce = 1
	for _, s := range steps {
		n, side := w.countStep(s)
		total, atOnce = w.limited(s, total+n, max(atOnce, side))
	}
	return total, atOnce
}

func (w *work) countStep(s *Step) (total, atOnce int) {
	switch {
	case s.Repeat != nil:
		total, atOnce = w.count(s.Repeat.Steps)
		total *= s.Repeat.Times.N
	case s.ForEach != nil:
		total, atOnce = w.count(s.ForEach.Steps)
		total *= s.ForEach.Leads.N
		atOnce *= max(min(s.ForEach.AtATime.N, s.ForEach.Leads.N), 1)
	case s.Parallel != nil:
		for _, b := range s.Parallel {
			n, side := w.count(b.Steps)
			total, atOnce = w.limited(s, total+n, atOnce+side)
		}
	case s.sends():
		return w.limited(s, w.deliveries(s), 1)
	}
	return w.limited(s, total+1, max(atOnce, 1))
}

// deliveries returns how many a step makes at most.
func (w *work) deliveries(s *Step) int {
	n := w.webhooks
	if s.Answer != nil {
		n *= max(s.Answer.Next.N, len(s.Answer.Fields), 1)
	}
	return min(n, maxWork+1) * max(s.Duplicate.N, 1)
}

func (w *work) limited(s *Step, total, atOnce int) (int, int) {
	switch {
	case w.over:
	case total > maxWork:
		w.over = true
		w.faults.Add(s.Place, "", "with this step the scenario has more than %d steps and deliveries, the limit for one scenario; use artihook load for more", maxWork)
	case atOnce > maxAtOnce:
		w.over = true
		w.faults.Add(s.Place, "", "more than %d branches and leads would run side by side, the limit for one scenario", maxAtOnce)
	}
	return min(total, maxWork+1), min(atOnce, maxAtOnce+1)
}
