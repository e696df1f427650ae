package settings

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"artihook/emitter/history"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"
)

// HistoryFlags say where deliveries are kept.
type HistoryFlags struct {
	Path string
	Off  bool
}

func (f *HistoryFlags) Add(cmd *cobra.Command) {
	f.AddPath(cmd)
	cmd.Flags().BoolVar(&f.Off, "no-history", false, "record nothing")
}

// AddPath is add for commands that only read.
func (f *HistoryFlags) AddPath(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.Path, "history", "", "the `FILE` where deliveries are kept (default artihook/history.db in the XDG state folder)")
}

// File returns the path of the history, "" if the user has no directory for it: then xdg names one below the root.
func (f *HistoryFlags) File() string {
	if f.Path != "" {
		return f.Path
	}
	if _, err := os.UserHomeDir(); err != nil && !filepath.IsAbs(os.Getenv("XDG_STATE_HOME")) {
		return ""
	}
	return filepath.Join(xdg.StateHome, "artihook", "history.db")
}

// Open gives nil with --no-history.
func (f *HistoryFlags) Open(ctx context.Context) (*history.Store, error) {
	return f.openWith(ctx, history.Options{})
}

func (f *HistoryFlags) openWith(ctx context.Context, opt history.Options) (*history.Store, error) {
	if f.Off {
		return nil, nil
	}
	if f.File() == "" {
		return nil, ErrNoHome
	}
	return history.Open(ctx, f.File(), opt)
}

// ErrNoHome is the error of a history that has neither a name nor a default directory.
var ErrNoHome = &history.Error{Op: "opening", Path: "history.db", Reason: "there is no directory for it, because no home directory is set (HOME)"}

// Opening is a history that is opened while its user is still busy: SQLite takes as long for that as artihook for
// making an event.
type Opening struct {
	begun bool
	Take  func() (*history.Store, error) // waits; the store is the caller's to close
}

// OpenAhead begins to open the history if there is one. That changes nothing in it, so that wrong usage can still be found;
// a new history is made when it is taken.
func (f *HistoryFlags) OpenAhead(ctx context.Context) Opening {
	o := Opening{Take: sync.OnceValues(func() (*history.Store, error) { return f.openWith(ctx, history.Options{SkipCheckpoint: true}) })}
	if o.begun = !f.Off && FileExists(f.File()); o.begun {
		go o.Take()
	}
	return o
}

// Drop closes a history that is not needed after all.
func (o Opening) Drop() {
	if !o.begun {
		return
	}
	if store, err := o.Take(); err == nil {
		_ = store.Close() // nothing was written
	}
}

// OpenToRead opens the history for reading, also with --no-history. It creates no file.
func (f *HistoryFlags) OpenToRead(ctx context.Context) (*history.Store, error) {
	if f.File() == "" {
		return nil, ErrNoHome
	}
	return history.Open(ctx, f.File(), history.Options{ReadOnly: true})
}
