package signature

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strings"
)

// placeholder is all that a printed secret shows.
const placeholder = "[secret]"

// minRedacted is the length in bytes from which Redact acts: a shorter secret would also match, and garble,
// ordinary text.
const minRedacted = 8

// Secret is the shared secret of a webhook, as UTF-8 bytes (docs/contract.md, section 3). The zero value is the empty
// secret, which is allowed. However it is printed, logged or encoded, it shows only a placeholder.
type Secret struct {
	// fmt calls no method on an unexported field of somebody else's struct, and follows one pointer there. It
	// never follows two: what it prints then is an address.
	held **heldSecret
}

type heldSecret struct {
	text []byte
	// spellings are the forms in which the secret can stand in a text; empty when it is too short to redact.
	spellings [][]byte
}

// NewSecret takes the secret exactly as it is: white space around it counts.
func NewSecret(text string) Secret {
	held := &heldSecret{text: []byte(text), spellings: spellingsOf(text)}
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

// Redact returns b with every occurrence of the secret overwritten by as many asterisks. It also finds the
// secret as JSON and URLs usually spell it. A secret shorter than 8 bytes is left alone, since it would garble
// ordinary text. When nothing matches, b itself is returned; b is never edited.
func (s Secret) Redact(b []byte) []byte {
	if s.held == nil {
		return b
	}
	out, copied := b, false
	for _, spelling := range (*s.held).spellings {
		starred := 0
		for at := 0; ; at++ {
			next := bytes.Index(b[at:], spelling)
			if next < 0 {
				break
			}
			if !copied {
				out, copied = bytes.Clone(b), true
			}
			at += next
			// Occurrences can overlap: star only what is not starred yet.
			end := at + len(spelling)
			for i := max(at, starred); i < end; i++ {
				out[i] = '*'
			}
			starred = end
		}
	}
	return out
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

// spellingsOf lists the ways in which JSON writers and URL encoders spell the secret, without repeats.
func spellingsOf(text string) [][]byte {
	if len(text) < minRedacted {
		return nil
	}
	query := url.QueryEscape(text)
	all := []string{text, query, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(text)}
	for _, escapes := range []jsonEscapes{0, escapeHTML, escapeASCII, escapeASCII | escapeSlash, escapeNet} {
		quoted := appendJSONString(nil, text, escapes)
		all = append(all, string(quoted[1:len(quoted)-1]))
	}
	slices.Sort(all)
	var spellings [][]byte
	for _, spelling := range slices.Compact(all) {
		spellings = append(spellings, []byte(spelling))
	}
	return spellings
}
