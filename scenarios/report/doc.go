// Package report writes the results of a run: for people as text, as one HTML
// page and as a Markdown summary; for machines as JUnit XML, TAP 14, JSON and
// GitHub workflow commands.
//
// A [Report] has suites, a [Suite] has steps, and a [Step] has checks and
// exchanges. A suite is one scenario, or one group of the receiver's
// examination; a step is what it does; a check is one expectation of the step,
// with what was expected and what came; an exchange is one request with its
// response. The same Report goes to every writer, and no writer changes it.
//
// The same rules hold for all of them:
//   - What is shown cannot harm what shows it. Control characters, characters
//     that turn the reading direction, and bytes that are not UTF-8 are written
//     out (\x1b, \u202e, \xff), and each format's own signs are escaped. Only
//     [WriteJSON] gives bodies as they are, for programs.
//   - Times and durations come from the Report: nothing reads a clock, so the
//     same Report gives the same bytes.
//   - A body that is too long for its place is cut, and a note says so.
//
// What does not live here: running anything, deciding what passed, redacting
// (the caller hands over a Report without secrets), opening files, and knowing
// whether this is a terminal or which CI it is.
package report
