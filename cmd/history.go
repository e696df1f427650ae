package cmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"artihook/emitter/history"

	"github.com/spf13/cobra"
)

func newHistoryCmd(a *app) *cobra.Command {
	list := newHistoryListCmd(a)
	cmd := &cobra.Command{
		Use:   "history",
		Short: "What was sent and what came back: list, show, resend, export, import, stats, prune",
		Args:  unknownCommand,
		RunE:  list.RunE,
	}
	cmd.Flags().AddFlagSet(list.Flags())
	cmd.AddCommand(
		list, newHistoryShowCmd(a), newHistoryResendCmd(a), newHistoryExportCmd(a), newHistoryImportCmd(a),
		newHistoryStatsCmd(a), newHistoryPruneCmd(a), newHistoryPathCmd(a),
	)
	return cmd
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
	store, err := opt.openToRead(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	d, err := delivery(ctx, store, which)
	if err != nil {
		return err
	}
	return a.showWhole(&d)
}

// delivery gives the one that an argument means: a number, or last.
func delivery(ctx context.Context, store *history.Store, which string) (d history.Delivery, err error) {
	if which == "last" {
		d, err = store.Last(ctx)
	} else {
		id, wrong := parseNumber(strings.TrimPrefix(which, "#"))
		if wrong != nil {
			return d, usagef("delivery %q: want its number, or last", which)
		}
		d, err = store.Get(ctx, id)
	}
	if errors.Is(err, history.ErrNotFound) {
		err = hinted(fmt.Errorf("there is no delivery %s in %s", which, store.Path()), "artihook history lists what there is")
	}
	return d, err
}

// showWhole shows the line of a delivery, what the history keeps beside it, and the exchange.
func (a *app) showWhole(d *history.Delivery) error {
	if a.json() {
		return a.showJSON(d)
	}
	var b strings.Builder
	fmt.Fprintln(&b, a.line(d))
	for _, row := range [][2]string{
		{"webhook", d.Webhook},
		{"lead", d.Lead},
		{"signed for", signedFor(d)},
		{"scheme", d.Scheme},
		{"edition", d.Edition},
		{"bot", d.Bot},
		{"scenario", d.Scenario},
		{"step", d.Step},
		{"resend of", number(d.ResendOf)},
		{"source", d.Source},
		{"reason", d.Reason},
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

// number is how people call a delivery; "" for none.
func number(id int64) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprintf("#%d", id)
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
			if opt.file() == "" {
				return errNoHome
			}
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
