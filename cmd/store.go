package cmd

import (
	"context"
	"path/filepath"

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
	cmd.Flags().StringVar(&f.path, "history", "", "where deliveries are kept (default artihook/history.db in the XDG state folder)")
}

func (f *historyFlags) file() string {
	if f.path != "" {
		return f.path
	}
	return filepath.Join(xdg.StateHome, "artihook", "history.db")
}

// open gives nil with --no-history.
func (f *historyFlags) open(ctx context.Context) (*history.Store, error) {
	if f.off {
		return nil, nil
	}
	return history.Open(ctx, f.file(), history.Options{})
}

// openToRead opens a history that must not be made by looking at it.
func (f *historyFlags) openToRead(ctx context.Context) (*history.Store, error) {
	return history.Open(ctx, f.file(), history.Options{ReadOnly: true})
}
