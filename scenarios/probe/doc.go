// Package probe asks the user's own system, by an HTTP GET or by a command of the shell. Each question is bounded in time
// and in the bytes that are kept of the response. The processes that a command starts end with the command.
//
// Whether a response is the expected one is not decided here: see packages scenarios and check.
package probe
