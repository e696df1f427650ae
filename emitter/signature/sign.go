package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"hash"
	"net/http"
	"strings"
)

// Header is the name of the header with the signature. It is sent in lower case, as written here
// (docs/contract.md, section 1).
const Header = "x-artibot-signature"

// bodyPrefix is the text before the digits in the header of SchemeBody.
const bodyPrefix = "sha1="

// upperHex are the digits of SchemeURL: upper case satisfies both official samples (docs/contract.md, section 3).
const upperHex = "0123456789ABCDEF"

// Message is what is signed. An empty Method means POST. URL is signed exactly as it is, so set it to
// the text of a normalised [URL]. SchemeBody ignores Method and URL.
type Message struct {
	Method string
	URL    string
	Body   []byte
}

// Signer returns header values for one secret and scheme, without allocation after the first one. Do not use it
// concurrently. Create it with NewSigner.
type Signer struct {
	scheme Scheme
	mac    hash.Hash
	head   []byte // METHOD&URL& of the message in hand
	sum    []byte
}

// NewSigner returns a signer for the secret and the scheme.
func NewSigner(secret Secret, scheme Scheme) *Signer {
	return &Signer{scheme: scheme, mac: hmac.New(sha1.New, secret.raw())}
}

// Append appends the header value for this message to dst. The method is signed in upper case; an empty one
// means POST. The URL is signed as it is.
func (s *Signer) Append(dst []byte, method, url string, body []byte) []byte {
	digits := upperHex
	if s.scheme == SchemeBody {
		dst = append(dst, bodyPrefix...)
		digits = "0123456789abcdef"
	}
	for _, b := range s.digest(method, url, body) {
		dst = append(dst, digits[b>>4], digits[b&15])
	}
	return dst
}

// digest returns the HMAC. The next call overwrites it.
func (s *Signer) digest(method, url string, body []byte) []byte {
	s.mac.Reset()
	if s.scheme != SchemeBody {
		s.head = appendMethod(s.head[:0], method)
		s.head = append(s.head, '&')
		s.head = append(s.head, url...)
		s.head = append(s.head, '&')
		s.mac.Write(s.head)
	}
	s.mac.Write(body)
	s.sum = s.mac.Sum(s.sum[:0])
	return s.sum
}

func appendMethod(dst []byte, method string) []byte {
	if method == "" {
		return append(dst, http.MethodPost...)
	}
	for i := range len(method) {
		c := method[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// Sign returns the header value for one message. Use a Signer for many messages.
func Sign(secret Secret, scheme Scheme, m Message) string {
	return string(NewSigner(secret, scheme).Append(nil, m.Method, m.URL, m.Body))
}

// Verify reports whether the header is the signature of the message. The digits may be in upper or lower case, since
// each is accepted by one of the official samples. SchemeBody needs its "sha1=". The digests are compared in constant
// time. Package explain finds out why a signature does not fit.
func Verify(secret Secret, scheme Scheme, m Message, header string) bool {
	if scheme == SchemeBody {
		digits, ok := strings.CutPrefix(header, bodyPrefix)
		if !ok {
			return false
		}
		header = digits
	}
	if len(header) != hex.EncodedLen(sha1.Size) {
		return false
	}
	given, err := hex.DecodeString(header)
	if err != nil {
		return false
	}
	return hmac.Equal(given, NewSigner(secret, scheme).digest(m.Method, m.URL, m.Body))
}
