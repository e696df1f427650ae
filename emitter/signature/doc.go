// Package signature signs deliveries as ArtiBot does, and verifies signatures (docs/contract.md, section 3).
//
//   - [URL] and [ParseURL]: the normalised URL that is both signed and sent.
//   - [Secret]: the shared secret. It prints as a placeholder.
//   - [Scheme]: what is signed: the URL and the body ([SchemeURL]), or the body alone ([SchemeBody]).
//   - [Signer], [Sign] and [Verify]: the value of the x-artibot-signature header.
//
// Package signature/explain finds out why a signature does not fit. Package payload formats bodies, and package emitter
// sends them.
//
// The message is what is signed: METHOD&URL&BODY, or the body alone. The header is the value of x-artibot-signature.
// The URL is signed exactly as it is given, so give it as the text of a [URL].
//
// A [Signer] reuses its hash and signs without allocation; it must not be used concurrently. Everything else in this
// package can be.
package signature
