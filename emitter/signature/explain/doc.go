// Package explain finds out why a signature does not fit. [Mismatch] tries the mistakes that senders and receivers
// usually make, alone and in pairs, until the signature fits.
//
// It computes at most a few thousand HMACs for a [Claim]. It sends nothing and keeps no state, and its functions can be
// called concurrently. A [Finding] never contains the secret.
package explain
