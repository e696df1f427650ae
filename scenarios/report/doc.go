// Package report writes the results of a run: for people as text, as one HTML
// page and as a Markdown summary; for machines as JUnit XML, TAP 14, JSON and
// GitHub workflow commands.
//
// A [Report] has suites, a [Suite] has steps, and a [Step] has checks and
// exchanges. A suite is a scenario, or a group of cases of package check. A step is
// a step of the scenario, or a case. A check is one expectation of the step, with
// the expected and the actual value. An exchange is a request with its response.
// The same Report can be passed to every writer; no writer changes it.
//
// All writers follow these rules:
//   - The text of a receiver cannot harm the program that shows it. Control
//     characters, characters that change the text direction, and bytes that are not
//     UTF-8 are shown as escapes (\x1b, \u202e, \xff), and the special characters
//     of the format are escaped. Only [WriteJSON] writes bodies unchanged.
//   - Times and durations are those of the Report. No writer reads a clock, so the
//     output for the same Report is always the same.
//   - A body that is too long is cut, with a note.
//
// The caller masks secrets before it writes a report ([Step.Mask] does so for a
// step), opens the files, and chooses the format.
package report
