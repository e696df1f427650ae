package settings

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"artihook/emitter/history"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"
)

// HistoryFlags set where deliveries are recorded. The zero value is the default file.
type HistoryFlags struct {
	Path string // --history; "" is the default file
	Off  bool   // --no-history

	optional bool // --no-history exists
}

// hintedError is an error with a hint about what to do.
type hintedError struct {
	error
	hint string
}

func (e *hintedError) Unwrap() error { return e.error }
func (e *hintedError) Hint() string  { return e.hint }

// withHint adds a hint to the error of a history that cannot be opened.
func (f *HistoryFlags) withHint(err error) error {
	var failed *history.Error
	switch {
	case !errors.As(err, &failed) || failed.Op != "opening":
		return err
	case f.optional:
		return &hintedError{err, "name another history with --history FILE, or record nothing with --no-history"}
	}
	return &hintedError{err, "name another history with --history FILE"}
}

// Add adds --history and --no-history.
func (f *HistoryFlags) Add(cmd *cobra.Command) {
	f.AddPath(cmd)
	f.optional = true
	cmd.Flags().BoolVar(&f.Off, "no-history", false, "Record nothing")
}

// AddPath adds --history only, for commands that need a history.
func (f *HistoryFlags) AddPath(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.Path, "history", "", "Use this `FILE` as the history (default artihook/history.db in the XDG state directory)")
}

// RequireFile returns File, or an error if that is "".
func (f *HistoryFlags) RequireFile() (string, error) {
	if f.File() == "" {
		return "", f.withHint(errNoHome)
	}
	return f.File(), nil
}

// File returns the path of the history. It returns "" if --history is not set and the user has no home directory, because xdg
// would choose a directory below the root.
func (f *HistoryFlags) File() string {
	if f.Path != "" {
		return f.Path
	}
	if _, err := os.UserHomeDir(); err != nil && !filepath.IsAbs(os.Getenv("XDG_STATE_HOME")) {
		return ""
	}
	return filepath.Join(xdg.StateHome, "artihook", "history.db")
}

// Open opens the history and creates the file if it is missing. It returns nil with --no-history. The error wraps a *history.Error
// and has a Hint method if the history cannot be opened. The caller closes the store.
func (f *HistoryFlags) Open(ctx context.Context) (*history.Store, error) {
	return f.openWith(ctx, history.Options{})
}

func (f *HistoryFlags) openWith(ctx context.Context, opt history.Options) (*history.Store, error) {
	if f.Off {
		return nil, nil
	}
	if f.File() == "" {
		return nil, f.withHint(errNoHome)
	}
	store, err := history.Open(ctx, f.File(), opt)
	return store, f.withHint(err)
}

// errNoHome is the error of a history without --history and without a default directory.
var errNoHome = &history.Error{Op: "opening", Path: "history.db", Reason: "there is no directory for it, because no home directory is set (HOME)"}

// Opening is a history that opens in the background, because SQLite takes as long for that as artihook takes to generate an event.
// OpenAhead returns one. Call either Take or Drop.
type Opening struct {
	started bool
	Take    func() (*history.Store, error) // waits for the store, which the caller closes
}

// OpenAhead starts to open the history if the file exists. This does not change the file. Otherwise Take creates the file.
func (f *HistoryFlags) OpenAhead(ctx context.Context) Opening {
	o := Opening{Take: sync.OnceValues(func() (*history.Store, error) { return f.openWith(ctx, history.Options{SkipCheckpoint: true}) })}
	if o.started = !f.Off && FileExists(f.File()); o.started {
		go o.Take()
	}
	return o
}

// Drop closes a history that is not needed.
func (o Opening) Drop() {
	if !o.started {
		return
	}
	if store, err := o.Take(); err == nil {
		_ = store.Close() // nothing was written
	}
}

// OpenToRead opens the history for reading, even with --no-history. It creates no file: a missing history is empty. The errors are
// those of Open.
func (f *HistoryFlags) OpenToRead(ctx context.Context) (*history.Store, error) {
	if f.File() == "" {
		return nil, f.withHint(errNoHome)
	}
	store, err := history.Open(ctx, f.File(), history.Options{ReadOnly: true})
	return store, f.withHint(err)
}

// ReadDelivery opens the history and returns the delivery of an argument: its number, with or without #, or last.
func (f *HistoryFlags) ReadDelivery(ctx context.Context, which string) (d history.Delivery, err error) {
	store, err := f.OpenToRead(ctx)
	if err != nil {
		return d, err
	}
	defer store.Close()
	return Delivery(ctx, store, which)
}

// Delivery returns the delivery of an argument: its number, with or without #, or last.
func Delivery(ctx context.Context, store *history.Store, which string) (d history.Delivery, err error) {
	if which == "last" {
		d, err = store.Last(ctx)
	} else {
		id, parseErr := ParseNumber(strings.TrimPrefix(which, "#"))
		if parseErr != nil {
			return d, fmt.Errorf("delivery %q: want its number or last", which)
		}
		d, err = store.Get(ctx, id)
	}
	if errors.Is(err, history.ErrNotFound) {
		err = &hintedError{fmt.Errorf("there is no delivery %s in %s", which, store.Path()), "artihook history lists the deliveries"}
	}
	return d, err
}
