// Package scenarios knows scenarios: files of steps and expectations.
//
// # What lives here
//
// The format of the file as Go types ([File], [Step], [Expect] and what they hold), reading it with every fault that it
// has ([Parse], [Load], [Lint]), its JSON Schema for editors ([Schema]), the ready ones ([Library]), the runner ([Run],
// [Preview]), and scenarios made from recorded deliveries ([Recorder]). What does not live here: sending (package emitter),
// making up what a visitor says (package fixtures), wording results (package report).
//
// # Words
//
// A scenario is a file of steps and expectations. A step has exactly one action: it starts, continues or ends a
// conversation, sends an event, waits, asks the user's own system (a probe) or holds other steps. A mishap is what a
// network or ArtiBot can do wrong with what a step sends. A fault is what is wrong with a file.
//
// A lead has a name where its start step says lead; other steps mean it by that name. A step without lead means the lead
// that was started last and is still under way.
//
// # One description
//
// The yaml and doc tags of the types are the only description of the format. The reader and the schema both follow them:
// need marks a key that must be there, and of the keys with the same one tag exactly one must be there. A ${name} in a
// text stands for a variable; it is filled in when the scenario runs.
package scenarios
