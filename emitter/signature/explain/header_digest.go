package explain

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxDigest is the size in bytes of the longest digest, SHA-512.
const maxDigest = 64

var hexSeparators = strings.NewReplacer(":", "", "-", "", " ", "", "\n", "", "\r", "", "\t", "", "_", "", ".", "", ",", "", `\x`, "", "0x", "")

// readDigest returns the ways to read a text as a digest of a known hash. raw is the header before anything was removed.
func readDigest(text, raw string) []digestReading {
	var readings []digestReading
	add := func(digest []byte, fault string) {
		if kind, ok := hashOf(digest); ok {
			readings = append(readings, digestReading{digest, kind, fault})
		}
	}
	if digest, err := hex.DecodeString(text); err == nil {
		add(digest, "")
		if len(readings) > 0 {
			addReversed(digest, add)
			return readings
		}
		addHexText(digest, "is hex that was encoded as hex again", add)
	}
	if digest, err := hex.DecodeString(hexSeparators.Replace(text)); err == nil && !isHex(text) {
		add(digest, "has separators between its digits")
	}
	if digest, err := hex.DecodeString(strings.NewReplacer("O", "0", "o", "0", "l", "1", "I", "1").Replace(text)); err == nil && !isHex(text) {
		add(digest, "has letters O, l or I in place of digits 0 and 1")
	}
	for _, value := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", ;=:\"[]", r) }) {
		if digest, err := hex.DecodeString(value); err == nil && value != text {
			add(digest, "contains several values: ArtiBot sends one")
		}
	}
	add(readNumbers(text), "is a list of the digest's bytes: write it as hex")
	if plain, err := url.QueryUnescape(text); err == nil && plain != text {
		digest, _ := hex.DecodeString(plain)
		add(digest, "is percent-encoded")
	}
	if !isHex(text) {
		addBase64(text, add)
	}
	if latin, ok := latin1(strings.TrimSpace(raw)); ok && !isHex(text) {
		add([]byte(latin), "contains the raw bytes of the digest where ArtiBot writes hex")
	}
	if len(raw) <= maxDigest && !isHex(text) {
		add([]byte(raw), "contains the raw bytes of the digest where ArtiBot writes hex")
	}
	return readings
}

// addReversed adds the digests that have these bytes in another order.
func addReversed(digest []byte, add func([]byte, string)) {
	n := len(digest)
	bytewise, swapped, words := make([]byte, n), make([]byte, n), make([]byte, n)
	for i, b := range digest {
		bytewise[n-1-i] = b
		swapped[i] = b<<4 | b>>4
		words[min(i^3, n-1)] = b // 32-bit words
	}
	text := slices.Clone(swapped)
	slices.Reverse(text)
	add(bytewise, "has its bytes in reverse order")
	add(text, "has its digits in reverse order")
	add(swapped, "has the two digits of each byte swapped")
	add(words, "has the bytes of each 32-bit word in reverse order")
}

func addBase64(text string, add func([]byte, string)) {
	plain := strings.TrimRight(strings.ReplaceAll(text, " ", "+"), "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if digest, err := encoding.DecodeString(plain); err == nil {
			add(digest, "is base64 where ArtiBot writes hex")
			addHexText(digest, "is the hex text encoded as base64", add)
			break
		}
	}
	if digest, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(plain)); err == nil {
		add(digest, "is base32 where ArtiBot writes hex")
	}
}

// addHexText adds the digest whose hex text these bytes are.
func addHexText(text []byte, fault string, add func([]byte, string)) {
	if digest, err := hex.DecodeString(string(text)); err == nil {
		add(digest, fault)
	}
}

// readNumbers reads bytes as numbers: 195, 166, … or Java's -61, -90, …
func readNumbers(text string) []byte {
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	if len(fields) > maxDigest {
		return nil
	}
	var digest []byte
	for _, field := range fields {
		n, err := strconv.Atoi(field)
		if err != nil || n < -128 || n > 255 {
			return nil
		}
		digest = append(digest, byte(n))
	}
	return digest
}

// damage compares a damaged digest with the right one, both in lower-case hex. It returns the id and the description of
// the damage as the end of the sentence "the header …", and "" if they are different digests.
func damage(have, want string) (id, what string) {
	if len(have) < minDigits {
		return "", ""
	}
	switch {
	case have == want:
		return "", ""
	case strings.HasPrefix(want, have):
		return "header-truncated", "is cut after " + strconv.Itoa(len(have)) + " of " + strconv.Itoa(len(want)) + " hex digits"
	case strings.HasSuffix(want, have):
		return "header-form", "lacks its first " + strconv.Itoa(len(want)-len(have)) + " hex digits"
	case strings.Contains(have, want):
		return "header-form", surplus(have, want)
	}
	return nearlyEqual(have, want)
}

// shareDigits is a fast test that rules out almost all other digests.
func shareDigits(have string, want []byte) bool {
	const part = 8
	return strings.HasPrefix(have, string(want[:part])) || strings.HasSuffix(have, string(want[len(want)-part:])) ||
		strings.Contains(have, string(want[2*part:3*part]))
}

func surplus(have, want string) string {
	before, after, _ := strings.Cut(have, want)
	what := "has " + strconv.Itoa(len(have)) + " characters where HMAC-SHA1 has 40 hex digits"
	if before != "" {
		what += ", with " + strconv.Quote(before) + " before the right ones"
	}
	if after != "" {
		what += ", with " + strconv.Quote(after) + " after the right ones"
	}
	return what
}

// nearlyEqual finds up to two wrong, missing or additional characters.
func nearlyEqual(have, want string) (id, what string) {
	start, end := commonEnds(have, want)
	wrong, right := have[start:len(have)-end], want[start:len(want)-end]
	position := " at position " + strconv.Itoa(start+1)
	switch {
	case len(wrong) > 4 || len(right) > 4:
		return "", ""
	case right == "":
		return "header-form", "has the additional character " + strconv.Quote(wrong) + position
	case wrong == "":
		return "header-form", "lacks the digit " + strconv.Quote(right) + position
	}
	return "header-form", "has " + strconv.Quote(wrong) + position + " where the signature has " + strconv.Quote(strings.ToUpper(right))
}
