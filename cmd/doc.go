// Package cmd is artihook's command line, with one file for each command. A command reads its settings (flags, environment,
// artihook.yaml), makes one library call, and prints the result. The result goes to stdout; progress, hints and warnings go to
// stderr.
//
// docs/CONTRIBUTING.md describes how to add a command.
package cmd
