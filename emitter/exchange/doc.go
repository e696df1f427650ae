// Package exchange holds one HTTP exchange, a request and its response, and
// writes and reads it in other tools' forms: the raw bytes of HTTP/1.1, a curl
// command or a script of them, an HTTP archive (HAR), and the JSON object that a
// delivery is shown as.
//
// A [Request] is what the emitter sends for one event; a [Response] is what the
// receiver sent back. Both keep header names as they stand on the wire, upper
// and lower case included, because ArtiBot's own signature header is lower case
// (docs/contract.md, section 1) and net/http would spell it differently.
//
// A [Recording] is a request as another tool has saved it: [ReadHTTP], [ReadHAR] and [ReadCurl] read what proxies, loggers,
// browsers and people make of a request, and [Guess] tells which of them it is.
//
// What does not live here: sending (package emitter), keeping (package history),
// and everything about events, secrets and signatures. A signature is one header
// among others to this package.
package exchange
