package signature

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// placeholder is printed in place of a secret.
const placeholder = "[secret]"

// Secret is the shared secret of a webhook, as UTF-8 bytes (docs/contract.md, section 3). The zero value is the empty
// secret, which is allowed. A secret that is printed, logged or encoded shows only a placeholder.
type Secret struct {
	// fmt calls no method on an unexported field of another package's struct, but it follows one pointer. It does
	// not follow two: it prints an address.
	held **heldSecret
}

type heldSecret struct {
	text    []byte
	matcher *matcher // nil for the empty secret
}

// NewSecret returns a secret of exactly these bytes. White space around it is part of it.
func NewSecret(text string) Secret {
	held := &heldSecret{text: []byte(text), matcher: newMatcher(text)}
	return Secret{held: &held}
}

// Bytes returns a copy of the secret itself, for signing.
func (s Secret) Bytes() []byte { return bytes.Clone(s.raw()) }

// Empty reports whether the secret is empty.
func (s Secret) Empty() bool { return len(s.raw()) == 0 }

// Equal reports whether two secrets are equal, in constant time.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare(s.raw(), other.raw()) == 1
}

// String returns the placeholder.
func (s Secret) String() string { return placeholder }

// GoString returns the placeholder.
func (s Secret) GoString() string { return placeholder }

// Format writes the placeholder for every verb, also for %x and %d.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, placeholder) }

// MarshalText returns the placeholder, so that no encoder writes a secret to a file.
func (s Secret) MarshalText() ([]byte, error) { return []byte(placeholder), nil }

// MarshalJSON returns the placeholder as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + placeholder + `"`), nil }

// LogValue returns the placeholder.
func (s Secret) LogValue() slog.Value { return slog.StringValue(placeholder) }

func (s Secret) raw() []byte {
	if s.held == nil {
		return nil
	}
	return (*s.held).text
}
