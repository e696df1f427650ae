// Package probe asks the user's own system, by an HTTP request or a shell command. Each probe has limits for its time and
// for the size of its result. The processes that a command starts end with the command.
//
// Packages scenarios and check decide whether a result is the expected one.
package probe
