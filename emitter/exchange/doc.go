// Package exchange holds one HTTP exchange, a request and its response, and
// writes and reads it in the formats of other tools: the raw bytes of HTTP/1.1, a
// curl command or a script of them, an HTTP archive (HAR), and the JSON object of a
// delivery.
//
// A [Request] is what the emitter sends for one event; a [Response] is what the
// receiver sent back. Both keep the case of header names as on the wire, because
// ArtiBot's signature header is lower case (docs/contract.md, section 1) and
// net/http would change it.
//
// A [Recording] is a request that another tool has saved. [Read] reads every format that it knows: it has one table of
// formats, and one file for each format, such as har_read.go.
//
// Package emitter sends requests, package history stores exchanges. This package
// knows nothing of events, secrets and signatures: a signature is a header like
// any other.
package exchange
