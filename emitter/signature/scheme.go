package signature

import "fmt"

// Scheme is what is signed and the form of the header (docs/contract.md, section 3).
// The zero value is SchemeURL, the scheme of ArtiBot's official samples.
type Scheme uint8

const (
	// SchemeURL signs METHOD&URL&BODY; the header is upper-case hex.
	SchemeURL Scheme = iota
	// SchemeBody signs the body alone; the header is "sha1=" and lower-case hex.
	SchemeBody
)

// String returns "url" or "body", the words that ParseScheme reads.
func (s Scheme) String() string {
	switch s {
	case SchemeURL:
		return "url"
	case SchemeBody:
		return "body"
	}
	return fmt.Sprintf("scheme(%d)", uint8(s))
}

// ParseScheme reads "url" or "body". The error names both.
func ParseScheme(text string) (Scheme, error) {
	switch text {
	case "url":
		return SchemeURL, nil
	case "body":
		return SchemeBody, nil
	}
	return SchemeURL, fmt.Errorf("unknown signature scheme %q: use url or body", text)
}
