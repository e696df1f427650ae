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
	// A closed pipe is an error of the write, not the end: what was sent is still to be recorded.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	os.Exit(cmd.Run(ctx, cmd.Process()))
}
