package cmd

import (
	"context"
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

func (f *historyFlags) file() string {
	if f.path != "" {
		return f.path
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
	return history.Open(ctx, f.file(), opt)
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
	o := opening{take: sync.OnceValues(func() (*history.Store, error) { return f.openWith(ctx, history.Options{Brief: true}) })}
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

// openToRead opens a history that must not be made by looking at it.
func (f *historyFlags) openToRead(ctx context.Context) (*history.Store, error) {
	return history.Open(ctx, f.file(), history.Options{ReadOnly: true})
}
