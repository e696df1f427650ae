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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cmd.Run(ctx, cmd.Process())
	stop()
	os.Exit(code)
}
