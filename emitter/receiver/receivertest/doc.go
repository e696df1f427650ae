// Package receivertest provides receivers of ArtiBot's webhooks that make deliberate mistakes, each as some receivers in
// the wild do. It is for tests of tools that examine receivers, such as package scenarios/check.
//
// [New] returns a correct receiver (package receiver) that makes the given mistakes. The signature code is written again
// here, as the author of a faulty receiver would write it.
package receivertest
