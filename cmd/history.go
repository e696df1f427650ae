package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newHistoryCmd(a *app) *cobra.Command {
	list := newHistoryListCmd(a)
	cmd := &cobra.Command{
		Use:   "history",
		Short: "What was sent and what came back: list, show, path",
		Args:  unknownCommand,
		RunE:  list.RunE,
	}
	cmd.Flags().AddFlagSet(list.Flags())
	cmd.AddCommand(list, newHistoryShowCmd(a), newHistoryPathCmd(a))
	return cmd
}

// listLimit is how many deliveries list shows.
const listLimit = 20

type listOptions struct {
	history historyFlags
	filter  history.Filter
	event   payload.Action
	since   time.Duration
}

func newHistoryListCmd(a *app) *cobra.Command {
	opt := &listOptions{}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List deliveries, newest first",
		Example: "  artihook history --status 5xx --since 1h\n  artihook history list --lead last -o json",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHistoryList(cmd.Context(), a, opt) },
	}
	opt.history.addPath(cmd)
	flags := cmd.Flags()
	defer markFilters(flags)
	flags.StringVar(&opt.filter.Lead, "lead", "", "only those of the lead of this `ID`; last is that of the newest delivery")
	addFlag(flags, &opt.event, flagSpec[payload.Action]{name: "event", kind: "action", parse: payload.ParseAction, usage: "only created, updated or completed"})
	addFlag(flags, &opt.filter.Status, flagSpec[string]{name: "status", kind: "status", parse: parseStatusFilter, usage: "only this answer: 204, 5xx, refused, unknown"})
	flags.StringVarP(&opt.filter.Webhook, "webhook", "w", "", "only those of the webhook of this `NAME`")
	addFlag(flags, &opt.since, flagSpec[time.Duration]{name: "since", kind: "age", parse: parseAge, usage: "only from then on: 90m, 12h, 30d"})
	flags.StringVar(&opt.filter.Grep, "grep", "", "only with this `TEXT` in the request's or the response's body")
	addFlag(flags, &opt.filter.Before, flagSpec[int64]{name: "before", kind: "N", parse: parseNumber, usage: "only with a smaller number: the next page"})
	addFlag(flags, &opt.filter.Limit, flagSpec[int]{name: "limit", kind: "N", preset: strconv.Itoa(listLimit), parse: parsePositive, usage: "at most so many"})
	return cmd
}

// markFilters keeps variables from narrowing a list in silence.
func markFilters(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name != "history" {
			f.Annotations = map[string][]string{filterFlag: {}}
		}
	})
}

func parseStatusFilter(s string) (string, error) {
	isName := slices.Contains(append(emitter.FailureNames(), history.ErrorUnknown), s)
	isCode := strings.ContainsAny(s, "0123456789") && (history.Filter{Status: s}).Validate() == nil
	if !isName && !isCode {
		return "", errors.New("want a code like 204, a class like 5xx, or an error's name like refused")
	}
	return s, nil
}

func runHistoryList(ctx context.Context, a *app, opt *listOptions) error {
	store, err := opt.history.openToRead(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	filter := opt.filter
	filter.Whole = a.json() || a.look.verbose
	if opt.event != "" {
		filter.Event = opt.event.Event()
	}
	if opt.since > 0 {
		filter.Since = a.world.Now().Add(-opt.since)
	}
	if filter.Lead != "" {
		filter.Lead, err = leadID(ctx, store, filter.Lead)
		if err != nil {
			return err
		}
	}
	shown := 0
	for d, err := range store.List(ctx, filter) {
		if err != nil {
			return err
		}
		if err := a.show(&d); err != nil {
			return err
		}
		shown++
	}
	if shown > 0 {
		return nil
	}
	if _, err := store.Last(ctx); errors.Is(err, history.ErrNotFound) {
		a.say("no deliveries in %s; artihook send or play makes some", opt.history.file())
	} else {
		a.say("none of the deliveries in %s is meant by these filters", opt.history.file())
	}
	return nil
}

func newHistoryShowCmd(a *app) *cobra.Command {
	opt := &historyFlags{}
	cmd := &cobra.Command{
		Use:     "show N|last",
		Short:   "Show one delivery whole: request and response",
		Example: "  artihook history show last\n  artihook history show 42 -o json",
		Args:    args(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return runHistoryShow(cmd.Context(), a, opt, args[0]) },
	}
	opt.addPath(cmd)
	return cmd
}

func runHistoryShow(ctx context.Context, a *app, opt *historyFlags, which string) error {
	id, err := parseNumber(strings.TrimPrefix(which, "#"))
	if err != nil && which != "last" {
		return usagef("delivery %q: want its number, or last", which)
	}
	store, err := opt.openToRead(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	var d history.Delivery
	if which == "last" {
		d, err = store.Last(ctx)
	} else {
		d, err = store.Get(ctx, id)
	}
	if errors.Is(err, history.ErrNotFound) {
		return hinted(fmt.Errorf("there is no delivery %s in %s", which, opt.file()), "artihook history lists what there is")
	}
	if err != nil {
		return err
	}
	return a.showWhole(&d)
}

// showWhole shows the line of a delivery, what the history keeps beside it, and the exchange.
func (a *app) showWhole(d *history.Delivery) error {
	if a.json() {
		return a.showJSON(d)
	}
	var b strings.Builder
	fmt.Fprintln(&b, a.line(d))
	for _, row := range [][2]string{
		{"webhook", d.Webhook}, {"lead", d.Lead}, {"signed for", signedFor(d)}, {"scheme", d.Scheme}, {"edition", d.Edition}, {"bot", d.Bot}, {"reason", d.Reason},
	} {
		if row[1] != "" {
			fmt.Fprintf(&b, "%-10s  %s\n", row[0], printable(row[1]))
		}
	}
	if _, err := fmt.Fprintln(a.out(), b.String()); err != nil {
		return err
	}
	return a.showExchange(d)
}

// signedFor is "" where the URL says it already.
func signedFor(d *history.Delivery) string {
	if d.SignURL == d.URL {
		return ""
	}
	return d.SignURL
}

func newHistoryPathCmd(a *app) *cobra.Command {
	opt := &historyFlags{}
	cmd := &cobra.Command{
		Use:   "path",
		Short: "Print where the history lies",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			if a.json() {
				return a.showJSON(map[string]string{"path": opt.file()})
			}
			_, err := fmt.Fprintln(a.out(), opt.file())
			return err
		},
	}
	opt.addPath(cmd)
	return cmd
}

func parseNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, errors.New("want a delivery's number")
	}
	return n, nil
}
