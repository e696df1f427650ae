package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"artihook/emitter/history"

	"github.com/spf13/cobra"
)

type pruneOptions struct {
	history historyFlags
	filter  filterFlags
	older   time.Duration
	keep    int
}

func newHistoryPruneCmd(a *app) *cobra.Command {
	opt := &pruneOptions{}
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove deliveries and give their space back",
		Long: `Prune removes the deliveries that fit everything given, and gives their space back to the disk. With --keep N
the newest N of them stay. Others may read and write the history meanwhile. Numbers are not given again.`,
		Example: "  artihook history prune --older-than 30d\n  artihook history prune --keep 1000\n  artihook history prune --status 2xx --older-than 1d",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHistoryPrune(cmd.Context(), a, opt) },
	}
	opt.history.addPath(cmd)
	opt.filter.add(cmd)
	flags := cmd.Flags()
	addFlag(flags, &opt.older, flagSpec[time.Duration]{name: "older-than", kind: "age", parse: parseAge, usage: "only what is older: 90m, 12h, 30d"})
	addFlag(flags, &opt.keep, flagSpec[int]{name: "keep", kind: "N", parse: parseCount, usage: "leave the newest N"})
	markFilters(flags, "older-than", "keep")
	return cmd
}

func runHistoryPrune(ctx context.Context, a *app, opt *pruneOptions) error {
	flags := opt.filter.cmd.Flags()
	if !opt.filter.given() && !flags.Changed("older-than") && !flags.Changed("keep") {
		return hinted(errors.New("nothing says what to remove"), "give --older-than 30d, --keep 1000, or a filter such as --status 2xx; --keep 0 removes everything")
	}
	if file := opt.history.file(); file != "" && !fileExists(file) {
		a.say("no deliveries in %s", opt.history.file())
		return a.showPruned(&history.Pruned{})
	}
	store, err := opt.history.open(ctx)
	if err != nil {
		return err
	}
	filter, err := opt.filter.resolve(ctx, a, store)
	if err != nil {
		return ended(err, store.Close())
	}
	if flags.Changed("older-than") {
		filter.Until = a.world.Now().Add(-opt.older)
	}
	done, err := store.Prune(ctx, history.Condition{Filter: filter, Keep: opt.keep, All: flags.Changed("keep")})
	err = ended(err, store.Close())
	if errors.Is(err, history.ErrNoCondition) {
		return usagef("the filters are empty, so every delivery would be removed; --keep 0 does that")
	}
	if err != nil && done.Deliveries == 0 {
		return err
	}
	return errors.Join(a.showPruned(&done), err)
}

func (a *app) showPruned(done *history.Pruned) error {
	if a.json() {
		return a.showJSON(struct {
			Deliveries  int64 `json:"deliveries"`
			BytesBefore int64 `json:"bytes_before"`
			BytesAfter  int64 `json:"bytes_after"`
		}{done.Deliveries, done.Before, done.After})
	}
	_, err := fmt.Fprintf(a.out(), "removed %s; the file went from %s to %s\n", deliveries(done.Deliveries), byteSize(done.Before), byteSize(done.After))
	return err
}
