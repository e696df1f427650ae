package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"
	"artihook/emitter/text"

	"github.com/spf13/cobra"
)

type pruneOptions struct {
	history settings.HistoryFlags
	filter  settings.FilterFlags
	older   time.Duration
	keep    int
}

func newHistoryPruneCmd(a *app) *cobra.Command {
	opt := &pruneOptions{}
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove deliveries and free their disk space",
		Long: `Prune removes the deliveries that match all filters and frees their disk space. With --keep N the newest N of
them stay. Other processes can read and write the history at the same time. Numbers are not reused.`,
		Example: "  artihook history prune --older-than 30d\n  artihook history prune --keep 1000\n  artihook history prune --status 2xx --older-than 1d",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHistoryPrune(cmd.Context(), a, opt) },
	}
	opt.history.AddPath(cmd)
	opt.filter.Add(cmd)
	flags := cmd.Flags()
	settings.AddFlag(flags, &opt.older, settings.FlagSpec[time.Duration]{Name: "older-than", Kind: "age", Parse: text.ParseAge, Usage: "Only deliveries older than 90m, 12h or 30d"})
	settings.AddFlag(flags, &opt.keep, settings.FlagSpec[int]{Name: "keep", Kind: "N", Parse: settings.ParseCount, Usage: "Keep the newest N"})
	settings.MarkFilters(flags, "older-than", "keep")
	return cmd
}

func runHistoryPrune(ctx context.Context, a *app, opt *pruneOptions) error {
	flags := opt.filter.Cmd.Flags()
	if !opt.filter.Changed() && !flags.Changed("older-than") && !flags.Changed("keep") {
		return console.WithHint(errors.New("no deliveries are selected"), "use --older-than 30d, --keep 1000, or a filter such as --status 2xx; --keep 0 removes everything")
	}
	if flags.Changed("until") && flags.Changed("older-than") {
		return console.Usagef("give --until or --older-than, not both")
	}
	if file := opt.history.File(); file != "" && !settings.FileExists(file) {
		a.printer.Notef("no deliveries in %s", opt.history.File())
		return printPruned(a, &history.Pruned{})
	}
	store, err := opt.history.Open(ctx)
	if err != nil {
		return err
	}
	filter, err := opt.filter.Resolve(ctx, a.settings, store)
	if err != nil {
		return settings.Ended(err, store.Close())
	}
	if flags.Changed("older-than") {
		filter.Until = a.system.Now().Add(-opt.older)
	}
	done, err := store.Prune(ctx, history.Condition{Filter: filter, Keep: opt.keep, All: flags.Changed("keep")})
	err = settings.Ended(err, store.Close())
	if errors.Is(err, history.ErrNoCondition) {
		return console.Usagef("the filters are empty, so every delivery would be removed; --keep 0 does that")
	}
	if err != nil && done.Deliveries == 0 {
		return err
	}
	return errors.Join(printPruned(a, &done), err)
}

func printPruned(a *app, done *history.Pruned) error {
	if a.printer.JSON() {
		return a.printer.WriteJSON(struct {
			Deliveries  int64 `json:"deliveries"`
			BytesBefore int64 `json:"bytes_before"`
			BytesAfter  int64 `json:"bytes_after"`
		}{done.Deliveries, done.Before, done.After})
	}
	_, err := fmt.Fprintf(a.printer.Out, "removed %s; the file went from %s to %s\n", text.Counted(done.Deliveries, "delivery"), text.ByteSize(done.Before), text.ByteSize(done.After))
	return err
}
