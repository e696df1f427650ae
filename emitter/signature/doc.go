// Package signature knows how ArtiBot signs its deliveries (docs/contract.md, section 3).
//
// # What lives here
//
//   - [URL] and [ParseURL]: the one normalised URL that is both signed and sent.
//   - [Secret]: the shared secret. It prints as a placeholder wherever it is printed.
//   - [Scheme]: what is signed, the URL and the body ([SchemeURL]) or the body alone ([SchemeBody]).
//   - [Signer], [Sign] and [Verify]: the value of the x-artibot-signature header, made and checked.
//   - [Explain]: why a signature does not fit, found by trying what people usually get wrong.
//
// Nothing here sends, waits, prints or keeps state between calls. How a body is worded is the matter of
// package payload; who posts it is the matter of package emitter.
//
// # Words
//
// The secret is shared by ArtiBot and the receiver. The message is what is signed: METHOD&URL&BODY, or the
// body alone. The header is the value of x-artibot-signature. A claim says that a header belongs to a
// message and a secret; a finding says what the header belongs to in truth.
//
// # Signing
//
// A [Signer] keeps its hash and signs without allocation; it is for one goroutine. Everything else in the
// package can be called from many goroutines at once. A signer signs the URL exactly as it is given, so hand it
// the text of a [URL].
package signature
