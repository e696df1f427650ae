// Package emitter plays ArtiBot's side of a lead webhook: one payload event in, one recorded delivery out.
//
// A [Webhook] says where events go and how they are signed. [Plan] signs a [Message] and gives the request as it will
// stand on the wire; an [Emitter] records it, posts it, and records what came back. What the receiver answers, right or
// wrong, and every way in which a network fails, is part of the delivery and not an error.
//
// How events are worded is package payload's, how they are signed package signature's, where deliveries are kept
// package history's; who the visitors are and what they say comes from the caller.
package emitter
