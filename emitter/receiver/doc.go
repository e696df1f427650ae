// Package receiver is a reference receiver of ArtiBot's webhooks. [New] returns an http.Handler that verifies the
// signature, reads the event and responds. Use it as the test double of a receiver: mount it on an httptest.Server and
// inspect the requests in [Options].Seen. The commands listen and demo run it too.
//
// [Lint] compares a body with what ArtiBot sends and returns each difference as a [Flaw]. [Leads] stores events as a
// correct receiver does: repeated and stale events change nothing. [Forward] passes the bodies of correct deliveries on to
// another receiver, and signs them again if it would see another URL.
//
// Package receivertest has receivers with deliberate mistakes. Package scenarios/check examines a receiver.
package receiver
