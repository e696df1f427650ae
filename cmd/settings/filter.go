package settings

import (
	"context"
	"fmt"
	"slices"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/text"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// FilterFlags select deliveries. The zero value selects all.
type FilterFlags struct {
	Cmd    *cobra.Command
	filter history.Filter
	event  payload.Action
	since  string
	until  string
}

// filterNames are the flags of FilterFlags.Add.
var filterNames = []string{
	"lead", "who", "event", "status", "webhook", "source", "scenario", "tampered", "since", "until", "grep", "before",
}

// Add adds the flags of a filter, without --limit.
func (f *FilterFlags) Add(cmd *cobra.Command) {
	f.Cmd = cmd
	flags := cmd.Flags()
	flags.StringVar(&f.filter.Lead, "lead", "", "Only deliveries of the lead with this `ID`, or the start of one (4 characters). last is the lead of the newest delivery")
	flags.StringVar(&f.filter.Who, "who", "", "Only deliveries of leads with this `TEXT` in the name, e-mail address or phone number")
	AddFlag(flags, &f.event, FlagSpec[payload.Action]{Name: "event", Kind: "action", Parse: payload.ParseAction, Usage: "Only deliveries of this event: created, updated or completed"})
	AddFlag(flags, &f.filter.Status, FlagSpec[string]{Name: "status", Kind: "status", Parse: f.addStatus, Usage: "Only deliveries with this outcome: 204, 5xx, ok, failed, unknown, or a failure such as refused (repeatable, or with commas)"})
	flags.StringVarP(&f.filter.Webhook, "webhook", "w", "", "Only deliveries of the webhook with this `NAME`")
	AddFlag(flags, &f.filter.Source, FlagSpec[string]{Name: "source", Words: Texts(history.Sources()...), Usage: "Only deliveries of this command, or imported ones"})
	flags.StringVar(&f.filter.Scenario, "scenario", "", "Only deliveries of the scenario with this `NAME`")
	flags.BoolVar(&f.filter.Tampered, "tampered", false, "Only deliveries with a signature that is wrong on purpose")
	AddFlag(flags, &f.since, FlagSpec[string]{Name: "since", Kind: "time", Parse: checkMoment, Usage: "Only deliveries from this time on: 90m, 12h, 30d, 2026-11-27, \"2026-11-27 14:03\", yesterday, today"})
	AddFlag(flags, &f.until, FlagSpec[string]{Name: "until", Kind: "time", Parse: checkMoment, Usage: "Only deliveries before this time. A date, yesterday and today are 00:00 of that day"})
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

// IsFilter reports whether the flag is part of a filter, and does not only control what is done with the selected deliveries.
func IsFilter(f *pflag.Flag) bool {
	return hasMark(f, filterFlag) && slices.Contains(append(filterNames, "limit", "keep", "older-than"), f.Name)
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
	var err error
	if f.since != "" {
		if filter.Since, err = text.ParseMoment(f.since, set.Now().Local()); err != nil {
			return filter, err
		}
	}
	if f.until != "" {
		if filter.Until, err = text.ParseMoment(f.until, set.Now().Local()); err != nil {
			return filter, err
		}
	}
	if !filter.Until.IsZero() && !filter.Since.Before(filter.Until) {
		return filter, fmt.Errorf("--since %s is not before --until %s, so no delivery can match", f.since, f.until)
	}
	if filter.Lead != "" {
		filter.Lead, err = store.FindLead(ctx, filter.Lead)
	}
	return filter, err
}

// Parts returns each filter of the command line alone.
func (f *FilterFlags) Parts(set *Settings, resolved history.Filter) []FilterPart {
	var parts []FilterPart
	for _, part := range []struct {
		flag, value string
		filter      history.Filter
	}{
		{"lead", f.filter.Lead, history.Filter{Lead: resolved.Lead}},
		{"who", f.filter.Who, history.Filter{Who: resolved.Who}},
		{"event", string(f.event), history.Filter{Event: resolved.Event}},
		{"status", f.filter.Status, history.Filter{Status: resolved.Status}},
		{"webhook", f.filter.Webhook, history.Filter{Webhook: resolved.Webhook}},
		{"source", f.filter.Source, history.Filter{Source: resolved.Source}},
		{"scenario", f.filter.Scenario, history.Filter{Scenario: resolved.Scenario}},
		{"tampered", "", history.Filter{Tampered: resolved.Tampered}},
		{"since", f.since, history.Filter{Since: resolved.Since}},
		{"until", f.until, history.Filter{Until: resolved.Until}},
		{"grep", f.filter.Grep, history.Filter{Grep: resolved.Grep}},
		{"before", fmt.Sprint(f.filter.Before), history.Filter{Before: resolved.Before}},
	} {
		if part.filter == (history.Filter{}) {
			continue
		}
		flag := "--" + part.flag
		if part.value != "" {
			flag += " " + set.ShellLine([]string{part.value})
		}
		parts = append(parts, FilterPart{flag, part.filter})
	}
	return parts
}

// FilterPart is one filter of a command line.
type FilterPart struct {
	Text   string // "--status 4xx"
	Filter history.Filter
}

// checkMoment returns s if it is a point in time. text.ParseMoment needs the clock, which is known later.
func checkMoment(s string) (string, error) {
	_, err := text.ParseMoment(s, time.Time{})
	return s, err
}

// addStatus returns the statuses of the filter and those of one more --status.
func (f *FilterFlags) addStatus(s string) (string, error) {
	if err := history.CheckStatus(s); err != nil {
		return "", err
	}
	if f.filter.Status != "" {
		s = f.filter.Status + "," + s
	}
	return s, nil
}
