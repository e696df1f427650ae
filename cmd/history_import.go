package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"
	"artihook/emitter/text"

	"github.com/spf13/cobra"
)

func newHistoryImportCmd(a *app) *cobra.Command {
	opt := &settings.HistoryFlags{}
	cmd := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Import deliveries that history export --format jsonl wrote",
		Long: `Import adds the deliveries of a file to the history: the output of history export, or of a command with -o json.
- is stdin. In a new history the deliveries keep their numbers, otherwise they get new ones.`,
		Example: "  artihook history export > lead.jsonl\n  artihook history import lead.jsonl --history other.db",
		Args:    args(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return runHistoryImport(cmd.Context(), a, opt, args[0]) },
	}
	opt.AddPath(cmd)
	return cmd
}

func runHistoryImport(ctx context.Context, a *app, opt *settings.HistoryFlags, name string) error {
	from := settings.InterruptibleReader(ctx, a.system.Stdin)
	if name != "-" {
		file, err := settings.Interruptible(ctx, func() (*os.File, error) { return openLines(ctx, name) })
		if err != nil {
			return err
		}
		defer file.Close()
		from = settings.InterruptibleReader(ctx, file)
	}
	store, err := opt.Open(ctx)
	if err != nil {
		return err
	}
	done, err := store.Import(ctx, history.ReadLines(from))
	if err = settings.Ended(err, store.Close()); err != nil {
		var broken *history.Error
		if done.Deliveries > 0 {
			err = fmt.Errorf("%w (%s before it were imported)", err, text.Counted(done.Deliveries, "delivery"))
		}
		if errors.As(err, &broken) || ctx.Err() != nil {
			return err
		}
		return console.Usage(fmt.Errorf("%s: %w", inputName(name), err))
	}
	return printImported(a, &done, store.Path())
}

func inputName(name string) string {
	if name == "-" {
		return "stdin"
	}
	return name
}

// openLines opens a file after it has read every line once, so that a file with an error changes nothing.
func openLines(ctx context.Context, name string) (*os.File, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, console.Usagef("read %s: %w", name, settings.PlainError(err))
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
			return nil, console.Usage(fmt.Errorf("%s: %w", name, settings.PlainError(err)))
		}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		file.Close()
		return nil, console.Usagef("read %s: %w", name, settings.PlainError(err))
	}
	return file, nil
}

func printImported(a *app, done *history.Imported, path string) error {
	if a.printer.JSON() {
		return a.printer.WriteJSON(struct {
			Deliveries int64 `json:"deliveries"`
			First      int64 `json:"first"`
			Last       int64 `json:"last"`
		}{done.Deliveries, done.First, done.Last})
	}
	numbers := ""
	if done.Deliveries > 0 {
		numbers = fmt.Sprintf(", #%d to #%d", done.First, done.Last)
	}
	_, err := fmt.Fprintf(a.printer.Out, "imported %s into %s%s\n", text.Counted(done.Deliveries, "delivery"), path, numbers)
	return err
}
