// Package emitter plays ArtiBot's side of a lead webhook: one payload event in, one recorded delivery out.
//
// A [Webhook] says where events go and how they are signed. [Plan] signs a [Message] and returns the request as it is
// sent; an [Emitter] records it, posts it, and records the response. What the receiver sends back, right or wrong, and
// every way in which a network fails, is part of the delivery and not an error. All deliveries are sent by one HTTP/1.1
// client, which sends no request again once a byte of it has left.
//
// Package payload encodes events, package signature signs them, and package history keeps the deliveries. The caller
// decides who the visitors are and what they say.
package emitter
