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
		Short: "List, show, resend, export, import, count and prune recorded deliveries",
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

// printNone notes why there is no delivery to print.
func printNone(ctx context.Context, a *app, store *history.Store) {
	if _, err := store.Last(ctx); errors.Is(err, history.ErrNotFound) {
		a.printer.Notef("no deliveries in %s; send some with artihook send or play", store.Path())
	} else {
		a.printer.Notef("no deliveries in %s match these filters", store.Path())
	}
}
