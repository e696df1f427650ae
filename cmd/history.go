package cmd

import (
	"context"
	"errors"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"

	"github.com/spf13/cobra"
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

// selection is the history and the filter of a command that reads deliveries.
type selection struct {
	history settings.HistoryFlags
	filter  settings.FilterFlags
}

// add adds --history, the filters, and --limit with this default; "" is no limit.
func (s *selection) add(cmd *cobra.Command, limit string) {
	s.history.AddPath(cmd)
	s.filter.Add(cmd)
	s.filter.AddLimit(limit)
}

// open opens the history for reading and resolves the filter. The caller closes the store.
func (s *selection) open(ctx context.Context, a *app) (*history.Store, history.Filter, error) {
	store, err := s.history.OpenToRead(ctx)
	if err != nil {
		return nil, history.Filter{}, err
	}
	filter, err := s.filter.Resolve(ctx, a.settings, store)
	if err != nil {
		return nil, filter, errors.Join(console.Usage(err), store.Close())
	}
	return store, filter, nil
}

// printNone notes why there is no delivery to print.
func printNone(ctx context.Context, a *app, store *history.Store) {
	if _, err := store.Last(ctx); errors.Is(err, history.ErrNotFound) {
		a.printer.Notef("no deliveries in %s; send some with artihook send or play", store.Path())
	} else {
		a.printer.Notef("no deliveries in %s match these filters", store.Path())
	}
}
