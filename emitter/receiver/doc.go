// Package receiver is a reference receiver of ArtiBot's webhooks: an http.Handler that verifies the signature, reads the
// event and answers as told. It shows what a right receiver does, stands behind the listen and demo commands, and is the
// double in tests: mount it on an httptest.Server and look at what [Options].Seen was given.
//
// [Lint] holds a body against the contract: each departure is a [Flaw]. [Leads] is what deliveries amount to, as a
// database would keep it: duplicates and stale events change nothing. [Forward] passes what is right on to another
// receiver, byte for byte. A [Fault] makes the receiver wrong on purpose, to try an examination on (package
// scenarios/check).
//
// What does not live here: listening, showing, and the examination itself.
package receiver
