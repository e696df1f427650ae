package format

import "artihook/fixtures/yamlfile"

// The limits of a scenario. Without them, a small file could use all memory or run for days.
const (
	// MaxWork is the number of steps and deliveries of a scenario, counting every run, repetition, lead and copy. It is also
	// the number of included files.
	MaxWork = 100_000
	// maxAtOnce is the number of branches and leads that run in parallel.
	maxAtOnce = 1000
	// maxIncluded is the total size of the included files, in bytes.
	maxIncluded = 128 << 20
)

// work counts the steps and deliveries of a scenario before it runs.
type work struct {
	webhooks int
	diags    *yamlfile.Diagnostics
	over     bool // a limit is exceeded, and the problem is reported
}

// checkWork reports whether a scenario is within MaxWork and maxAtOnce, and adds a problem if it is not.
func checkWork(f *File, diags *yamlfile.Diagnostics) bool {
	w := &work{webhooks: 1, diags: diags}
	if f.Defaults != nil {
		w.webhooks = max(len(f.Defaults.Webhooks), 1)
	}
	total, _ := w.count(f.All())
	f.Work = total * f.countRuns()
	if !w.over && f.Work > MaxWork {
		w.over = true
		diags.Add(f.runsPlace(), "", "the scenario has more than %d steps and deliveries in its %d runs, the limit for one scenario", MaxWork, f.countRuns())
	}
	return !w.over
}

// count returns the number of steps and deliveries, and the maximum number of branches and leads in parallel. It stops at
// the limits.
func (w *work) count(steps []*Step) (total, atOnce int) {
	atOnce = 1
	for _, s := range steps {
		n, parallel := w.countStep(s)
		total, atOnce = w.limited(s, total+n, max(atOnce, parallel))
	}
	return total, atOnce
}

func (w *work) countStep(s *Step) (total, atOnce int) {
	switch {
	case s.Repeat != nil:
		total, atOnce = w.count(s.Repeat.Steps)
		total *= s.Repeat.Times.Value
	case s.ForEach != nil:
		total, atOnce = w.count(s.ForEach.Steps)
		total *= s.ForEach.Leads.Value
		atOnce *= max(min(s.ForEach.AtATime.Value, s.ForEach.Leads.Value), 1)
	case s.Parallel != nil:
		for _, b := range s.Parallel {
			n, parallel := w.count(b.Steps)
			total, atOnce = w.limited(s, total+n, atOnce+parallel)
		}
	case s.sends:
		return w.limited(s, w.deliveries(s)*(s.Retry.Value+1), 1)
	}
	return w.limited(s, total+s.Retry.Value+1, max(atOnce, 1))
}

// deliveries returns the maximum number of deliveries of a step.
func (w *work) deliveries(s *Step) int {
	n := w.webhooks
	if s.Answer != nil {
		n *= max(s.Answer.Next.Value, len(s.Answer.Fields), 1)
	}
	return min(n, MaxWork+1) * max(s.Duplicate.Value, 1)
}

// limited returns the counts, cut off just above the limits. It adds a problem at the first step that exceeds a limit.
func (w *work) limited(s *Step, total, atOnce int) (int, int) {
	switch {
	case w.over:
	case total > MaxWork:
		w.over = true
		w.diags.Add(s.Place, "", "with this step the scenario has more than %d steps and deliveries, the limit for one scenario; use artihook load for more", MaxWork)
	case atOnce > maxAtOnce:
		w.over = true
		w.diags.Add(s.Place, "", "more than %d branches and leads would run in parallel, the limit for one scenario", maxAtOnce)
	}
	return min(total, MaxWork+1), min(atOnce, maxAtOnce+1)
}
