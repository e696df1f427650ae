// Artihook plays ArtiBot's side of its lead webhooks; see README.md.
package main

import (
	"os"

	"artihook/cmd"
)

func main() { os.Exit(cmd.Main()) }
