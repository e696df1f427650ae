package cmd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"artihook/emitter/history"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"
)

// historyFlags say where deliveries are kept.
type historyFlags struct {
	path string
	off  bool
}

func (f *historyFlags) add(cmd *cobra.Command) {
	f.addPath(cmd)
	cmd.Flags().BoolVar(&f.off, "no-history", false, "record nothing")
}

// addPath is add for commands that only read.
func (f *historyFlags) addPath(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.path, "history", "", "the `FILE` where deliveries are kept (default artihook/history.db in the XDG state folder)")
}

// file returns the path of the history, "" if the user has no directory for it: then xdg names one below the root.
func (f *historyFlags) file() string {
	if f.path != "" {
		return f.path
	}
	if _, err := os.UserHomeDir(); err != nil && !filepath.IsAbs(os.Getenv("XDG_STATE_HOME")) {
		return ""
	}
	return filepath.Join(xdg.StateHome, "artihook", "history.db")
}

// open gives nil with --no-history.
func (f *historyFlags) open(ctx context.Context) (*history.Store, error) {
	return f.openWith(ctx, history.Options{})
}

func (f *historyFlags) openWith(ctx context.Context, opt history.Options) (*history.Store, error) {
	if f.off {
		return nil, nil
	}
	if f.file() == "" {
		return nil, errNoHome
	}
	return history.Open(ctx, f.file(), opt)
}

// errNoHome is the error of a history that has neither a name nor a default directory.
var errNoHome = &history.Error{Op: "opening", Path: "history.db", Reason: "there is no directory for it, because no home directory is set (HOME)"}

// historyHint names the flags with which the command can do without the history that could not be opened. It returns
// "" for other errors.
func historyHint(cmd *cobra.Command, err error) string {
	var failed *history.Error
	if !errors.As(err, &failed) || failed.Op != "opening" || cmd.Flags().Lookup("history") == nil {
		return ""
	}
	if cmd.Flags().Lookup("no-history") == nil {
		return "name another history with --history FILE"
	}
	return "name another history with --history FILE, or record nothing with --no-history"
}

// opening is a history that is opened while its user is still busy: SQLite takes as long for that as artihook for
// making an event.
type opening struct {
	begun bool
	take  func() (*history.Store, error) // waits; the store is the caller's to close
}

// ahead begins to open the history if there is one. That changes nothing in it, so that wrong usage can still be found;
// a new history is made when it is taken.
func (f *historyFlags) ahead(ctx context.Context) opening {
	o := opening{take: sync.OnceValues(func() (*history.Store, error) { return f.openWith(ctx, history.Options{SkipCheckpoint: true}) })}
	if o.begun = !f.off && fileExists(f.file()); o.begun {
		go o.take()
	}
	return o
}

// drop closes a history that is not needed after all.
func (o opening) drop() {
	if !o.begun {
		return
	}
	if store, err := o.take(); err == nil {
		_ = store.Close() // nothing was written
	}
}

// openToRead opens the history for reading, also with --no-history. It creates no file.
func (f *historyFlags) openToRead(ctx context.Context) (*history.Store, error) {
	if f.file() == "" {
		return nil, errNoHome
	}
	return history.Open(ctx, f.file(), history.Options{ReadOnly: true})
}
