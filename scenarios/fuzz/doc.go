// Package fuzz tests a receiver of ArtiBot's webhooks by properties. It generates events and lead lives that ArtiBot may send
// (docs/contract.md), posts them, and judges the responses. It works with every receiver that has a URL, so that a project can fuzz
// its own handler in its tests (see the example of [Run]).
//
// # Examples and properties
//
// An example is one event, or the events of a lead in the order in which a network delivers them: some are lost, repeated, late or
// arrive at the same time. A [Property] holds for every example if the receiver is correct. The properties stored, newest-wins and once
// need a probe that reads the stored lead.
//
// # Shrinking
//
// An example is generated from a sequence of numbers, the choices. 0 is the plainest choice. When a property does not hold, the
// shrinker removes and lowers choices as long as the example fails in the same way: with the same property, status and masked
// response. Each attempt is sent to the receiver. This is the method of Hypothesis: the generators need no shrinkers of their own, and
// every smaller example is valid too.
//
// The result has one [Failure] for each cause, with an id from which the example can be generated again. [Report] converts it for
// package report.
package fuzz
