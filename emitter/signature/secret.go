package signature

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// placeholder is all that a printed secret shows.
const placeholder = "[secret]"

// Secret is the shared secret of a webhook, as UTF-8 bytes (docs/contract.md, section 3). The zero value is the empty
// secret, which is allowed. However it is printed, logged or encoded, it shows only a placeholder.
type Secret struct {
	// fmt calls no method on an unexported field of somebody else's struct, and follows one pointer there. It
	// never follows two: what it prints then is an address.
	held **heldSecret
}

type heldSecret struct {
	text    []byte
	matcher *matcher // nil for the empty secret
}

// NewSecret takes the secret exactly as it is: white space around it counts.
func NewSecret(text string) Secret {
	held := &heldSecret{text: []byte(text), matcher: newMatcher(text)}
	return Secret{held: &held}
}

// Bytes returns the secret itself, as a copy, for those who sign.
func (s Secret) Bytes() []byte { return bytes.Clone(s.raw()) }

// Empty says whether there is no secret.
func (s Secret) Empty() bool { return len(s.raw()) == 0 }

// Equal compares two secrets in constant time.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare(s.raw(), other.raw()) == 1
}

// String gives the placeholder.
func (s Secret) String() string { return placeholder }

// GoString gives the placeholder.
func (s Secret) GoString() string { return placeholder }

// Format writes the placeholder for every verb, %x and %d too.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, placeholder) }

// MarshalText gives the placeholder: a secret is never written into a file by an encoder.
func (s Secret) MarshalText() ([]byte, error) { return []byte(placeholder), nil }

// MarshalJSON gives the placeholder as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + placeholder + `"`), nil }

// LogValue gives the placeholder to slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(placeholder) }

func (s Secret) raw() []byte {
	if s.held == nil {
		return nil
	}
	return (*s.held).text
}
