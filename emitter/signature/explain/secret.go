package explain

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf16"
)

const byteOrderMark = "\ufeff"

// samplePlaceholder stands for the secret in ArtiBot's sample code (docs/contract.md, section 3).
const samplePlaceholder = "<Whatever you set your secret to in the ArtiBot webhook>"

// secretChanges lists what becomes of a secret on its way from one settings page to another. What it says of a
// secret never shows it.
func secretChanges(secret string) []change {
	var changes []change
	add := func(id, value, what, why string) {
		if value != secret {
			changes = append(changes, change{part: partSecret, value: value, id: id, what: what, why: why})
		}
	}
	const given = "the secret given here was copied with it, or read from a file that ends with a line feed"
	add("secret-space", strings.TrimSpace(secret), "the secret without the white space around it", given)
	add("secret-space", strings.TrimPrefix(secret, byteOrderMark), "the secret without its byte order mark",
		"the secret given here was read from a file that begins with one")
	if secret != "" {
		const sender = "the sender's secret was read from a file, or by echo without -n"
		add("secret-space", secret+"\n", "the secret with a line feed at its end", sender)
		add("secret-space", secret+"\r\n", "the secret with a Windows line end", sender)
		add("secret-space", secret+" ", "the secret with a space at its end", "the sender's secret was copied with it")
		add("secret-space", " "+secret, "the secret with a space before it", "the sender's secret was copied with it")
		add("secret-space", byteOrderMark+secret, "the secret with a byte order mark before it", sender)
	}
	for _, quote := range []string{`"`, `'`, "`"} {
		add("secret-quotes", unquoted(secret, quote), "the secret without the quotes around it",
			"the secret given here holds the quotes of a shell or an .env file")
		if secret != "" {
			add("secret-quotes", quote+secret+quote, "the secret with quotes around it",
				"the sender's secret holds the quotes of a shell or an .env file")
		}
	}
	add("secret-empty", "", "an empty secret", "the sender has no secret set (an unset variable?)")
	for _, nothing := range []string{"undefined", "null", "None"} {
		add("secret-empty", nothing, "the word "+nothing+" as the secret", "the sender's secret is an unset variable")
	}
	add("secret-sample", samplePlaceholder, "the placeholder of ArtiBot's sample code",
		"the sender still has the sample's text where its secret should be")
	return append(changes, encodedSecrets(secret)...)
}

func unquoted(text, quote string) string {
	if len(text) >= 2 && strings.HasPrefix(text, quote) && strings.HasSuffix(text, quote) {
		return text[1 : len(text)-1]
	}
	return text
}

// encodedSecrets lists the secret's other bytes: other character sets, base64 and hex, both ways.
func encodedSecrets(secret string) []change {
	var changes []change
	add := func(value, what, why string) {
		if value != secret {
			changes = append(changes, change{
				part: partSecret, value: value, id: "secret-encoding", what: what, why: why, alone: true,
			})
		}
	}
	const charset = "ArtiBot takes the secret's UTF-8 bytes"
	if latin, ok := latin1(secret); ok {
		add(latin, "the secret in Latin-1", charset)
	}
	add(questionMarks(secret), "the secret with a question mark for each non-ASCII character", charset)
	add(littleEndian(secret), "the secret in UTF-16", charset)
	const text = "ArtiBot takes the secret as plain text"
	if plain, err := base64.StdEncoding.DecodeString(secret); err == nil {
		add(string(plain), "the secret decoded from base64", text)
	}
	if plain, err := hex.DecodeString(secret); err == nil {
		add(string(plain), "the secret decoded from hex", text)
	}
	add(base64.StdEncoding.EncodeToString([]byte(secret)), "the secret encoded as base64", text)
	add(hex.EncodeToString([]byte(secret)), "the secret encoded as hex", text)
	return changes
}

// latin1 encodes a text in ISO 8859-1, if it can.
func latin1(text string) (string, bool) {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return "", false
		}
		out = append(out, byte(r))
	}
	return string(out), true
}

func questionMarks(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7f {
			return '?'
		}
		return r
	}, text)
}

// littleEndian encodes a text in UTF-16, as .NET's Encoding.Unicode does.
func littleEndian(text string) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return string(out)
}
