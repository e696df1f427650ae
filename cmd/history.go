package cmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"artihook/emitter/history"
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

// sayNone says why nothing was shown.
func sayNone(ctx context.Context, a *app, store *history.Store) {
	if _, err := store.Last(ctx); errors.Is(err, history.ErrNotFound) {
		a.printer.Notef("no deliveries in %s; artihook send or play makes some", store.Path())
	} else {
		a.printer.Notef("none of the deliveries in %s is meant by these filters", store.Path())
	}
}
