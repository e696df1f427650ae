// Package receiver is a reference receiver of ArtiBot's webhooks: an http.Handler that verifies the signature, reads the
// event and answers as told. It shows what a right receiver does, stands behind the listen and demo commands, and is the
// double in tests: mount it on an httptest.Server and look at what [Options].Seen was given.
package receiver
