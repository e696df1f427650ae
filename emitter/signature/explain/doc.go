// Package explain finds out why a signature does not fit. [Mismatch] knows both directions: the receiver computed a wrong
// signature of the right bytes, and the receiver has ArtiBot's signature and other bytes than ArtiBot signed.
//
// A claim has four parts: the body, the URL, the secret, and how they are put together. Each part has a list of mistakes,
// and a mistake is one entry: its id, what it makes of the value, its cause, symptom and fix (type mistake). expand
// combines the mistakes of a part into candidates. The search combines the candidates of the parts, the most likely first,
// until the header fits. A body that was decoded or parsed is restored first (peel, restore). docs/signature.md is
// generated from the lists.
//
// If nothing fits, the secret is the last suspect: only if header, body and URL have ArtiBot's form (classify).
//
// The number of guesses and of hashed bytes is bounded. The package sends nothing and keeps no state, and its functions can
// be called concurrently. A [Finding] never contains the secret.
package explain
