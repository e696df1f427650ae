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

// FilterFlags say which deliveries are meant.
type FilterFlags struct {
	Cmd    *cobra.Command
	filter history.Filter
	event  payload.Action
	since  time.Duration
}

// filterNames are the flags of filterFlags, without those that only page.
var filterNames = []string{"lead", "event", "status", "webhook", "since", "grep", "before"}

func (f *FilterFlags) Add(cmd *cobra.Command) {
	f.Cmd = cmd
	flags := cmd.Flags()
	flags.StringVar(&f.filter.Lead, "lead", "", "only those of the lead of this `ID`; last is that of the newest delivery")
	AddFlag(flags, &f.event, FlagSpec[payload.Action]{Name: "event", Kind: "action", Parse: payload.ParseAction, Usage: "only created, updated or completed"})
	AddFlag(flags, &f.filter.Status, FlagSpec[string]{Name: "status", Kind: "status", Parse: parseStatusFilter, Usage: "only this answer: 204, 5xx, refused, unknown"})
	flags.StringVarP(&f.filter.Webhook, "webhook", "w", "", "only those of the webhook of this `NAME`")
	AddFlag(flags, &f.since, FlagSpec[time.Duration]{Name: "since", Kind: "age", Parse: ParseAge, Usage: "only from then on: 90m, 12h, 30d"})
	flags.StringVar(&f.filter.Grep, "grep", "", "only with this `TEXT` in the request's or the response's body")
	AddFlag(flags, &f.filter.Before, FlagSpec[int64]{Name: "before", Kind: "N", Parse: ParseNumber, Usage: "only with a smaller number: the next page"})
	MarkFilters(flags, filterNames...)
}

// AddLimit adds --limit; preset is "" for all.
func (f *FilterFlags) AddLimit(preset string) {
	AddFlag(f.Cmd.Flags(), &f.filter.Limit, FlagSpec[int]{Name: "limit", Kind: "N", Preset: preset, Parse: ParsePositive, Usage: "at most so many, the newest"})
	MarkFilters(f.Cmd.Flags(), "limit")
}

// MarkFilters keeps variables from narrowing a list in silence.
func MarkFilters(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		flags.Lookup(name).Annotations = map[string][]string{filterFlag: {}}
	}
}

// Given says whether the user has narrowed anything down.
func (f *FilterFlags) Given() bool {
	return slices.ContainsFunc(append(filterNames, "limit"), f.Cmd.Flags().Changed)
}

// Resolve gives the filter. Whether deliveries are read whole, and in which order, is the caller's.
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

func parseStatusFilter(s string) (string, error) {
	isName := slices.Contains(emitter.StatusNames(), s)
	isCode := strings.ContainsAny(s, "0123456789") && (history.Filter{Status: s}).Validate() == nil
	if !isName && !isCode {
		return "", errors.New("want a code like 204, a class like 5xx, failed, unknown, or the name of a failure like refused")
	}
	return s, nil
}

// LeadID gives the id that --lead means: one of the history as it is, else a UUID in any case, or that of the newest
// delivery.
func LeadID(ctx context.Context, store *history.Store, given string) (string, error) {
	if given != "last" {
		return leadAsKept(ctx, store, given)
	}
	newest, err := store.Last(ctx)
	switch {
	case errors.Is(err, history.ErrNotFound):
		return "", withHint(errors.New("there is no last lead: the history is empty"), "artihook send starts one")
	case err == nil && newest.Lead == "":
		return "", fmt.Errorf("the last delivery, #%d, is of no lead; give --lead ID", newest.ID)
	}
	return newest.Lead, err
}

// leadAsKept gives an id as it is where the history knows it so, else in lower case: receivers' logs may show a UUID
// in capitals.
func leadAsKept(ctx context.Context, store *history.Store, given string) (string, error) {
	lead := strings.ToLower(given)
	if lead == given {
		return lead, nil
	}
	for d, err := range store.List(ctx, history.Filter{Lead: given, Limit: 1}) {
		if err != nil {
			return "", err
		}
		lead = d.Lead
	}
	return lead, nil
}
