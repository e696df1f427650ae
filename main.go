// Artihook plays ArtiBot's side of its lead webhooks; see README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"artihook/cmd"
	"artihook/cmd/console"
)

func main() {
	console.IgnoreSignals()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	os.Exit(cmd.Run(ctx, console.Process()))
}
