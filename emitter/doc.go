// Package emitter plays ArtiBot's side of a lead webhook: one payload event in, one recorded delivery out.
//
// A [Webhook] has the URL to post events to and the settings to sign them with. [Plan] signs a [Message] and returns the
// request as it is sent. An [Emitter] records the request, posts it, and records the response. Responses of any status and
// failures of the network are part of the delivery and not errors. [Bulk] sends many events as fast as possible.
//
// The package has its own HTTP/1.1 client. The client never sends a request again after a byte of it has been sent.
//
// Package payload encodes events, package signature signs them, and package history stores the deliveries. Package fixtures
// generates the visitors and their answers.
package emitter
