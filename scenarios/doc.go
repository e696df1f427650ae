// Package scenarios runs scenarios: files of steps and expectations. Package format reads the files.
//
// [Run] runs scenarios against a receiver, [Preview] prints the requests that Run would send, and [Lint] validates files without a
// receiver. Package emitter sends the deliveries, package fixtures generates the events, and package report formats the results.
//
// # Terms
//
// A step has exactly one action: it starts, continues or ends a conversation, sends an event or a body, waits, asks the user's
// own system (a probe), or runs other steps. Fault injection changes what a step sends or how it is sent, as faults of the
// network or of ArtiBot would.
//
// A start step can name its lead. Other steps refer to a lead by this name, or without a name to the lead that was started
// last and has not ended.
//
// # A run
//
// A runner is one call of Run, Preview or Lint. It validates all files by a dry run before it sends anything. A plannedRun is one
// combination of a file's matrix with a row of its data. A scenarioRun executes a plannedRun, a branchRun executes its steps or one
// branch of them, and a stepRun executes one step. actionTable has an entry for each action. The events of a scenario depend only on its name, its seed and the place of the step, not on timing.
package scenarios
