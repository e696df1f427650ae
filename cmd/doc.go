// Package cmd is artihook's command line: one file for each command. A command reads its settings (flags, environment,
// artihook.yaml), makes one library call, and shows what came back. The result goes to stdout, the talk to stderr.
//
// To add a command: write newNameCmd(a *app) in name.go, add it in root.go, a row to the README's table, and a script
// to testdata/script.
package cmd
