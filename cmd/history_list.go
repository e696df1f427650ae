package cmd

import (
	"context"
	"errors"
	"math"
	"strconv"

	"artihook/cmd/console"
	"artihook/emitter/history"

	"github.com/spf13/cobra"
)

// listLimit is the default of --limit.
const listLimit = 20

type listOptions struct {
	selection
	follow bool
}

func newHistoryListCmd(a *app) *cobra.Command {
	opt := &listOptions{}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List deliveries, newest first",
		Long: `List prints a line for each delivery, newest first: time, status, event, version, URL, duration, number, and the name of the
lead (otherwise the e-mail address, otherwise the start of the ID). With --follow it prints the oldest first, and then each
delivery that any process records, until Ctrl-C.`,
		Example: `  artihook history --status failed --since yesterday
  artihook history list --who ada@mail.example -o json
  artihook history list --lead 3f2a --source run
  artihook history list --follow --status 4xx,5xx`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runHistoryList(cmd.Context(), a, opt) },
	}
	opt.add(cmd, strconv.Itoa(listLimit))
	cmd.Flags().BoolVarP(&opt.follow, "follow", "f", false, "Then print deliveries as they are recorded, until Ctrl-C")
	return cmd
}

func runHistoryList(ctx context.Context, a *app, opt *listOptions) error {
	store, filter, err := opt.open(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	filter.Whole = a.printer.JSON() || a.printer.Verbose
	list := lister{app: a, store: store, names: map[string]string{}}
	if opt.follow {
		err := list.follow(ctx, filter)
		if ctx.Err() != nil {
			return nil // Ctrl-C is the normal end
		}
		return err
	}
	limit, last := filter.Limit, int64(0)
	filter.Limit = min(limit, math.MaxInt-1) + 1 // to see whether there are more
	for d, err := range store.List(ctx, filter) {
		if err != nil {
			return err
		}
		if list.shown == limit {
			a.printer.Notef("there are older ones: --before %d", last)
			return nil
		}
		if err := list.print(ctx, &d); err != nil {
			return err
		}
		last = d.ID
	}
	if list.shown == 0 {
		return opt.printNone(ctx, a, store, filter)
	}
	return nil
}

// lister prints deliveries with the names of their leads.
type lister struct {
	app   *app
	store *history.Store
	names map[string]string // by lead; those that may still change are missing
	shown int
}

func (l *lister) print(ctx context.Context, d *history.Delivery) error {
	l.shown++
	if l.app.printer.JSON() {
		return l.app.printer.WriteJSON(d)
	}
	name, err := l.name(ctx, d.Lead)
	if err != nil {
		return err
	}
	return l.app.printer.Recorded(d, name)
}

// maxName is the limit for the name of a lead, and shortLead for the part of an ID in its place, in characters.
const maxName, shortLead = 40, 8

// name returns the name of a lead, otherwise its e-mail address, otherwise the start of its ID.
func (l *lister) name(ctx context.Context, lead string) (string, error) {
	if name := l.names[lead]; name != "" || lead == "" {
		return name, nil
	}
	person, err := l.store.Person(ctx, lead)
	if err != nil {
		return "", err
	}
	if person == (history.Person{}) || person.String() == "" {
		return string([]rune(lead)[:min(shortLead, len([]rune(lead)))]), nil
	}
	l.names[lead] = shortened(person.String(), maxName)
	return l.names[lead], nil
}

// follow prints the deliveries that the filter selects, the oldest first, and then those that are recorded, until ctx is
// done.
func (l *lister) follow(ctx context.Context, filter history.Filter) error {
	if filter.Before > 0 {
		return console.Usagef("give --follow or --before, not both")
	}
	last, err := l.store.Last(ctx)
	if err != nil && !errors.Is(err, history.ErrNotFound) {
		return err
	}
	watch := history.WatchOptions{Filter: filter, After: last.ID}
	filter.Oldest, filter.Before = true, last.ID+1
	for d, err := range l.store.List(ctx, filter) {
		if err == nil {
			err = l.print(ctx, &d)
		}
		if err != nil {
			return err
		}
		if d.State != history.Done {
			watch.Pending = append(watch.Pending, d.ID)
		}
	}
	for news, err := range l.store.Watch(ctx, watch) {
		if err != nil {
			return err
		}
		for _, d := range news {
			if d.State != history.Done {
				continue // it comes again with its outcome
			}
			if err := l.print(ctx, &d); err != nil {
				return err
			}
		}
	}
	return nil
}
