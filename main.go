// Artihook plays ArtiBot's side of its lead webhooks; see README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"artihook/cmd"
)

func main() {
	cmd.IgnoreSignals()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	os.Exit(cmd.Run(ctx, cmd.Process()))
}
