package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"artihook/emitter/history"

	"github.com/spf13/cobra"
)

func newHistoryImportCmd(a *app) *cobra.Command {
	opt := &historyFlags{}
	cmd := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Read deliveries that export --format jsonl wrote",
		Long: `Import adds the deliveries of a file to the history: what history export wrote, or what a command showed with -o json;
- is stdin. Into a new history they come with their numbers, into a used one with new ones.`,
		Example: "  artihook history export > lead.jsonl\n  artihook history import lead.jsonl --history other.db",
		Args:    args(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return runHistoryImport(cmd.Context(), a, opt, args[0]) },
	}
	opt.addPath(cmd)
	return cmd
}

func runHistoryImport(ctx context.Context, a *app, opt *historyFlags, name string) error {
	from := io.Reader(&interruptibleReader{ctx, a.world.Stdin})
	if name != "-" {
		file, err := interruptible(ctx, func() (*os.File, error) { return openLines(ctx, name) })
		if err != nil {
			return err
		}
		defer file.Close()
		from = &interruptibleReader{ctx, file}
	}
	store, err := opt.open(ctx)
	if err != nil {
		return err
	}
	done, err := store.Import(ctx, history.ReadLines(from))
	if err = ended(err, store.Close()); err != nil {
		var broken *history.Error
		if done.Deliveries > 0 {
			err = fmt.Errorf("%w (%s before it were imported)", err, deliveries(done.Deliveries))
		}
		if errors.As(err, &broken) || ctx.Err() != nil {
			return err
		}
		return usage(fmt.Errorf("%s: %w", inputName(name), err))
	}
	return a.showImported(&done, store.Path())
}

func inputName(name string) string {
	if name == "-" {
		return "stdin"
	}
	return name
}

// openLines opens a file that is right from the first line to the last, so that a wrong one changes nothing.
func openLines(ctx context.Context, name string) (*os.File, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, usagef("read %s: %w", name, plainError(err))
	}
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return file, nil // a pipe can be read once only
	}
	for _, err := range history.ReadLines(file) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			file.Close()
			return nil, usage(fmt.Errorf("%s: %w", name, plainError(err)))
		}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		file.Close()
		return nil, usagef("read %s: %w", name, plainError(err))
	}
	return file, nil
}

func (a *app) showImported(done *history.Imported, path string) error {
	if a.json() {
		return a.showJSON(struct {
			Deliveries int64 `json:"deliveries"`
			First      int64 `json:"first"`
			Last       int64 `json:"last"`
		}{done.Deliveries, done.First, done.Last})
	}
	numbers := ""
	if done.Deliveries > 0 {
		numbers = fmt.Sprintf(", #%d to #%d", done.First, done.Last)
	}
	_, err := fmt.Fprintf(a.out(), "imported %s into %s%s\n", deliveries(done.Deliveries), path, numbers)
	return err
}
