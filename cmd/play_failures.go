package cmd

import (
	"fmt"
	"slices"

	"artihook/cmd/console"
	"artihook/emitter/history"
	"artihook/scenarios/report"
)

// maxAnnotations is the number of annotations that GitHub shows for a step of a job.
const maxAnnotations = 10

// failures collects the first failed deliveries of a play for annotations. A retry that is accepted removes the failure.
type failures []history.Delivery

// add takes over the outcome of a delivery.
func (f *failures) add(d history.Delivery) {
	*f = slices.DeleteFunc(*f, func(old history.Delivery) bool {
		return d.Attempt > 1 && old.Lead == d.Lead && old.Event == d.Event && old.Version == d.Version && old.Webhook == d.Webhook && old.URL == d.URL
	})
	if !d.OK() && len(*f) < maxAnnotations {
		*f = append(*f, d)
	}
}

// annotate writes an annotation for each failure.
func (f failures) annotate(a *app) {
	for i := range f {
		d := &f[i]
		message := fmt.Sprintf("[%s] %s v%d %s", console.Outcome(d), d.Event, d.Version, d.URL)
		if d.Reason != "" {
			message += ": " + d.Reason
		}
		if d.ID != 0 {
			message += fmt.Sprintf("; artihook history show %d", d.ID)
		}
		a.annotate(report.Annotation{Title: "play: failed delivery", Message: message})
	}
}
