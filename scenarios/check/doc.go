// Package check examines a receiver of ArtiBot's webhooks. It sends valid and invalid deliveries and compares the responses
// with those that a correct receiver sends. It works with every receiver that has a URL, so that a project can examine its
// own handler in its tests (see the example of [Run]).
//
// # Cases
//
// A [Case] is one question that is put to the receiver, such as "does it reject a delivery without a signature?". [Cases]
// returns all of them, [Select] those that match patterns. A case has an id that does not change, a [Level], a reason and a
// fix. Its group is the first word of its id:
//
//   - signature: only deliveries that ArtiBot signed are accepted (docs/contract.md, section 3)
//   - body: every body that ArtiBot may send is accepted (docs/contract.md, section 2)
//   - life: repeated, late, simultaneous and missing events leave the lead in the right state (docs/contract.md, section 2)
//   - http: the receiver uses HTTP as a sender expects
//
// A valid delivery is one that ArtiBot could have sent. A correct receiver accepts it with a 2xx status. It rejects a
// delivery whose signature is wrong with 401 or 403.
//
// # Running
//
// [Run] sends one case after the other through an emitter and returns a [Result] for each. If the emitter has a history,
// every delivery is recorded in it. A status does not show what the receiver stored: with a [LeadProbe], the body and life
// cases also compare the stored lead. [ParseProbe] makes a Probe from a URL or a command. [Report] converts the results for package
// report, which writes them as text, JUnit and other formats.
package check
