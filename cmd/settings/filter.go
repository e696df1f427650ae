package settings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// FilterFlags select deliveries. The zero value selects all.
type FilterFlags struct {
	Cmd    *cobra.Command
	filter history.Filter
	event  payload.Action
	since  time.Duration
}

// filterNames are the flags of FilterFlags.Add.
var filterNames = []string{"lead", "event", "status", "webhook", "since", "grep", "before"}

// Add adds the flags of a filter, without --limit.
func (f *FilterFlags) Add(cmd *cobra.Command) {
	f.Cmd = cmd
	flags := cmd.Flags()
	flags.StringVar(&f.filter.Lead, "lead", "", "Only deliveries of the lead with this `ID`. last is the lead of the newest delivery")
	AddFlag(flags, &f.event, FlagSpec[payload.Action]{Name: "event", Kind: "action", Parse: payload.ParseAction, Usage: "Only deliveries of this event: created, updated or completed"})
	AddFlag(flags, &f.filter.Status, FlagSpec[string]{Name: "status", Kind: "status", Parse: parseStatusFilter, Usage: "Only deliveries with this outcome: 204, 5xx, failed, unknown, or a failure such as refused"})
	flags.StringVarP(&f.filter.Webhook, "webhook", "w", "", "Only deliveries of the webhook with this `NAME`")
	AddFlag(flags, &f.since, FlagSpec[time.Duration]{Name: "since", Kind: "age", Parse: ParseAge, Usage: "Only deliveries of the last 90m, 12h or 30d"})
	flags.StringVar(&f.filter.Grep, "grep", "", "Only deliveries with this `TEXT` in the body of the request or the response")
	AddFlag(flags, &f.filter.Before, FlagSpec[int64]{Name: "before", Kind: "N", Parse: ParseNumber, Usage: "Only deliveries with a number below N (for paging)"})
	MarkFilters(flags, filterNames...)
}

// AddLimit adds --limit with this default; "" is no limit.
func (f *FilterFlags) AddLimit(preset string) {
	AddFlag(f.Cmd.Flags(), &f.filter.Limit, FlagSpec[int]{Name: "limit", Kind: "N", Preset: preset, Parse: ParsePositive, Usage: "At most N deliveries, the newest"})
	MarkFilters(f.Cmd.Flags(), "limit")
}

// MarkFilters marks flags that select deliveries, so that no environment variable sets them unnoticed.
func MarkFilters(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		annotate(flags.Lookup(name), filterFlag)
	}
}

// Changed reports whether a filter or --limit is on the command line.
func (f *FilterFlags) Changed() bool {
	return slices.ContainsFunc(append(filterNames, "limit"), f.Cmd.Flags().Changed)
}

// Resolve returns the filter. The caller sets Whole and Oldest. It reads the store only for --lead, and returns an error if the
// value of --lead names no lead.
func (f *FilterFlags) Resolve(ctx context.Context, set *Settings, store *history.Store) (history.Filter, error) {
	filter := f.filter
	if f.event != "" {
		filter.Event = f.event.Event()
	}
	if f.since > 0 {
		filter.Since = set.Now().Add(-f.since)
	}
	var err error
	if filter.Lead != "" {
		filter.Lead, err = LeadID(ctx, store, filter.Lead)
	}
	return filter, err
}

func parseStatusFilter(s string) (string, error) { return s, emitter.CheckStatus(s) }

// LeadID returns the lead of a value of --lead: an ID of the history, a UUID in upper or lower case, or "last" for the lead of the
// newest delivery. It returns an error if the newest delivery has none.
func LeadID(ctx context.Context, store *history.Store, value string) (string, error) {
	if value != "last" {
		return recordedLead(ctx, store, value)
	}
	newest, err := store.Last(ctx)
	switch {
	case errors.Is(err, history.ErrNotFound):
		return "", errors.New("there is no last lead: the history is empty; start a lead with artihook send")
	case err == nil && newest.Lead == "":
		return "", fmt.Errorf("the last delivery, #%d, has no lead; give --lead ID", newest.ID)
	}
	return newest.Lead, err
}

// recordedLead returns the ID unchanged if the history has it, otherwise in lower case: the log of a receiver may show a UUID in
// upper case.
func recordedLead(ctx context.Context, store *history.Store, id string) (string, error) {
	lead := strings.ToLower(id)
	if lead == id {
		return lead, nil
	}
	for d, err := range store.List(ctx, history.Filter{Lead: id, Limit: 1}) {
		if err != nil {
			return "", err
		}
		lead = d.Lead
	}
	return lead, nil
}
