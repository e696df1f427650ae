package explain

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const byteOrderMark = "\ufeff"

// latin1 encodes a text in ISO 8859-1. ok is false if it has other characters.
func latin1(text string) (encoded string, ok bool) {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return "", false
		}
		out = append(out, byte(r))
	}
	return string(out), true
}

// nodeLatin1 is Node's encoding 'latin1': the low byte of each UTF-16 unit.
func nodeLatin1(text string) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit))
	}
	return string(out)
}

// windows1252 has the characters of Windows-1252 for the bytes 0x80 to 0x9f; 0 is none.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// fromLatin1 decodes bytes as ISO 8859-1, or as Windows-1252.
func fromLatin1(bytes string, windows bool) string {
	out := make([]byte, 0, len(bytes)+len(bytes)/4)
	for i := range len(bytes) {
		r := rune(bytes[i])
		if windows && r >= 0x80 && r < 0xa0 && windows1252[r-0x80] != 0 {
			r = windows1252[r-0x80]
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

// toWindows1252 encodes a text in Windows-1252. ok is false if it has other characters.
func toWindows1252(text string) (encoded string, ok bool) {
	out := make([]byte, 0, len(text))
next:
	for _, r := range text {
		if r < 0x100 {
			out = append(out, byte(r))
			continue
		}
		for i, known := range windows1252 {
			if r == known {
				out = append(out, byte(0x80+i))
				continue next
			}
		}
		return "", false
	}
	return string(out), true
}

// replaceNonASCII returns the text with the replacement for each non-ASCII character.
func replaceNonASCII(text, replacement string) string {
	if isASCII(text) {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf {
			out.WriteByte(byte(r))
		} else {
			out.WriteString(replacement)
		}
	}
	return out.String()
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// toUTF16 encodes a text in UTF-16, as .NET's Encoding.Unicode does if big is false.
func toUTF16(text string, big bool) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		if big {
			out = append(out, byte(unit>>8), byte(unit))
		} else {
			out = append(out, byte(unit), byte(unit>>8))
		}
	}
	return string(out)
}

// fromUTF16 decodes UTF-16. ok is false if every second byte of the beginning is not NUL, as it is in JSON.
func fromUTF16(bytes string) (text string, ok bool) {
	little, bigMark := strings.CutPrefix(bytes, "\xff\xfe")
	big := false
	if !bigMark {
		little, big = strings.CutPrefix(bytes, "\xfe\xff")
	}
	if len(little) < 4 || len(little)%2 != 0 {
		return "", false
	}
	if little[0] == 0 && little[1] != 0 {
		big = true
	} else if little[1] != 0 {
		return "", false
	}
	units := make([]uint16, 0, len(little)/2)
	for i := 0; i < len(little); i += 2 {
		unit := uint16(little[i]) | uint16(little[i+1])<<8
		if big {
			unit = uint16(little[i])<<8 | uint16(little[i+1])
		}
		units = append(units, unit)
	}
	return string(utf16.Decode(units)), true
}
