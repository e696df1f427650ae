// Package check is the examination of a receiver: a battery of right and wrong deliveries, and what a right receiver
// answers to each.
//
// # What lives here
//
// A [Case] is data: a stable id in group-words, a level, why it matters, how to mend it, and what it sends. The groups are
// signature (docs/contract.md, section 3), body and life (docs/contract.md, section 2), manners (on the wire). [Run]
// sends one case after the other through an emitter, so that every delivery stands in the history, and gives a [Result]
// for each. A [Probe] asks the user's own system what it keeps of a lead; with it, the life cases look at the effect
// and not only at the answer.
//
// Each case names the faults that it catches. A test makes the reference receiver wrong in one of them at a time and
// holds that exactly the cases that name it fail. To add a case is one entry in the list of its group; where no fault of
// package receiver shows that it can fail, one more there.
//
// What does not live here: sending (package emitter), wording results (package report), running the user's command.
//
// # Words
//
// A right delivery is one that ArtiBot could have sent. It is accepted with 2xx and refused with 401 or 403.
package check
