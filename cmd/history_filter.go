package cmd

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// filterFlags say which deliveries are meant.
type filterFlags struct {
	cmd    *cobra.Command
	filter history.Filter
	event  payload.Action
	since  time.Duration
}

// filterNames are the flags of filterFlags, without those that only page.
var filterNames = []string{"lead", "event", "status", "webhook", "since", "grep", "before"}

func (f *filterFlags) add(cmd *cobra.Command) {
	f.cmd = cmd
	flags := cmd.Flags()
	flags.StringVar(&f.filter.Lead, "lead", "", "only those of the lead of this `ID`; last is that of the newest delivery")
	addFlag(flags, &f.event, flagSpec[payload.Action]{name: "event", kind: "action", parse: payload.ParseAction, usage: "only created, updated or completed"})
	addFlag(flags, &f.filter.Status, flagSpec[string]{name: "status", kind: "status", parse: parseStatusFilter, usage: "only this answer: 204, 5xx, refused, unknown"})
	flags.StringVarP(&f.filter.Webhook, "webhook", "w", "", "only those of the webhook of this `NAME`")
	addFlag(flags, &f.since, flagSpec[time.Duration]{name: "since", kind: "age", parse: parseAge, usage: "only from then on: 90m, 12h, 30d"})
	flags.StringVar(&f.filter.Grep, "grep", "", "only with this `TEXT` in the request's or the response's body")
	addFlag(flags, &f.filter.Before, flagSpec[int64]{name: "before", kind: "N", parse: parseNumber, usage: "only with a smaller number: the next page"})
	markFilters(flags, filterNames...)
}

// addLimit adds --limit; preset is "" for all.
func (f *filterFlags) addLimit(preset string) {
	addFlag(f.cmd.Flags(), &f.filter.Limit, flagSpec[int]{name: "limit", kind: "N", preset: preset, parse: parsePositive, usage: "at most so many, the newest"})
	markFilters(f.cmd.Flags(), "limit")
}

// markFilters keeps variables from narrowing a list in silence.
func markFilters(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		flags.Lookup(name).Annotations = map[string][]string{filterFlag: {}}
	}
}

// given says whether the user has narrowed anything down.
func (f *filterFlags) given() bool {
	return slices.ContainsFunc(append(filterNames, "limit"), f.cmd.Flags().Changed)
}

// resolve gives the filter. Whether deliveries are read whole, and in which order, is the caller's.
func (f *filterFlags) resolve(ctx context.Context, a *app, store *history.Store) (history.Filter, error) {
	filter := f.filter
	if f.event != "" {
		filter.Event = f.event.Event()
	}
	if f.since > 0 {
		filter.Since = a.world.Now().Add(-f.since)
	}
	var err error
	if filter.Lead != "" {
		filter.Lead, err = leadID(ctx, store, filter.Lead)
	}
	return filter, err
}

func parseStatusFilter(s string) (string, error) {
	isName := slices.Contains(append(emitter.FailureNames(), history.ErrorUnknown), s)
	isCode := strings.ContainsAny(s, "0123456789") && (history.Filter{Status: s}).Validate() == nil
	if !isName && !isCode {
		return "", errors.New("want a code like 204, a class like 5xx, or an error's name like refused")
	}
	return s, nil
}

// sayNone says why nothing was shown.
func (a *app) sayNone(ctx context.Context, store *history.Store) {
	if _, err := store.Last(ctx); errors.Is(err, history.ErrNotFound) {
		a.say("no deliveries in %s; artihook send or play makes some", store.Path())
	} else {
		a.say("none of the deliveries in %s is meant by these filters", store.Path())
	}
}
