package explain

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxSecrets = 1200

// samplePlaceholder is the secret in ArtiBot's sample code (docs/contract.md, section 3).
const samplePlaceholder = "<Whatever you set your secret to in the ArtiBot webhook>"

// secretMistakes lists what becomes of a secret between ArtiBot's settings and the code. The texts never show it.
func secretMistakes() []mistake[string] {
	return slices.Concat(secretSpaceMistakes(), secretValueMistakes(), secretEncodingMistakes(), secretCutMistakes(), secretTypos())
}

func secretSpaceMistakes() []mistake[string] {
	const given = "the secret given here was copied with it, or read from a file that ends with a line feed"
	const used = "the secret that was used was read from a file, or printed by echo without -n"
	const copied = "the secret that was used was copied with it"
	add := func(text func(string) string) func(string) (string, bool) {
		return func(s string) (string, bool) { return text(s), s != "" }
	}
	list := []mistake[string]{
		{"secret-space", "the secret without the white space around it", given, "The secret has white space or a line feed around it (`\\n` of a file, `echo` without `-n`).", fixSecret, likely, edit(strings.TrimSpace)},
		{"secret-space", "the secret with a line feed at its end", used, "", fixSecret, likely, add(func(s string) string { return s + "\n" })},
		{"secret-space", "the secret with a Windows line ending", used, "", fixSecret, seldom, add(func(s string) string { return s + "\r\n" })},
		{"secret-space", "the secret with a carriage return at its end", used, "", fixSecret, seldom, add(func(s string) string { return s + "\r" })},
		{"secret-space", "the secret with a space at its end", copied, "", fixSecret, seldom, add(func(s string) string { return s + " " })},
		{"secret-space", "the secret with a space before it", copied, "", fixSecret, seldom, add(func(s string) string { return " " + s })},
		{"secret-space", "the secret with a tab at its end", copied, "", fixSecret, rare, add(func(s string) string { return s + "\t" })},
		{"secret-space", "the secret with a no-break space at its end", copied, "", fixSecret, rare, add(func(s string) string { return s + "\u00a0" })},
		{"secret-space", "the secret with a zero-width space at its end", copied, "", fixSecret, rare, add(func(s string) string { return s + "\u200b" })},
		{"secret-space", "the secret with a zero-width space before it", copied, "", fixSecret, rare, add(func(s string) string { return "\u200b" + s })},
		{"secret-space", "the secret without the white space inside it", given, "", fixSecret, seldom, edit(func(s string) string { return strings.Join(strings.Fields(s), "") })},
		{"secret-space", "the secret without its byte order mark", "the secret given here was read from a file that begins with one", "The file of the secret begins with a byte order mark.", fixSecret, likely, edit(func(s string) string { return strings.TrimPrefix(s, byteOrderMark) })},
		{"secret-space", "the secret without invisible characters", given, "", fixSecret, seldom, edit(strings.NewReplacer("\u200b", "", "\u00a0", "", byteOrderMark, "", "\u200d", "", "\u2060", "", "\u00ad", "").Replace)},
		{"secret-space", "the secret with a byte order mark before it", used, "", fixSecret, seldom, add(func(s string) string { return byteOrderMark + s })},
		{"secret-space", "the secret with a NUL at its end", "the secret that was used is a C string", "The secret has a NUL at its end.", fixSecret, seldom, add(func(s string) string { return s + "\x00" })},
		{"secret-space", "the secret without the NUL at its end", "the secret given here is a C string", "", fixSecret, seldom, edit(func(s string) string { return strings.TrimRight(s, "\x00") })},
	}
	symptom := "The secret was copied with the name of its variable, a prefix or a punctuation mark."
	for _, affix := range []struct{ before, after, where string }{
		{"whsec_", "", "whsec_ before it"},
		{"Bearer ", "", "Bearer before it"},
		{"ARTIBOT_SECRET=", "", "ARTIBOT_SECRET= before it"},
		{"WEBHOOK_SECRET=", "", "WEBHOOK_SECRET= before it"},
		{"SECRET=", "", "SECRET= before it"},
		{"", ",", "a comma at its end"},
		{"", ";", "a semicolon at its end"},
		{"", ".", "a full stop at its end"},
		{"", ":", "a colon at its end"},
		{"<", ">", "angle brackets around it"},
		{"{", "}", "braces around it"},
		{"[", "]", "brackets around it"},
		{"b'", "'", "the b'…' of Python's bytes around it"},
		{"", `\n`, `the two characters \n at its end`},
	} {
		list = append(list, mistake[string]{"secret-affix", "the secret with " + affix.where, copied, symptom, fixSecret, rare, add(func(s string) string { return affix.before + s + affix.after })})
		symptom = ""
		if !strings.Contains(affix.before, "=") { // the mistake "the secret after its first =" covers those
			list = append(list, mistake[string]{"secret-affix", "the secret without " + affix.where, given, "", fixSecret, seldom, edit(func(s string) string {
				return strings.TrimSuffix(strings.TrimPrefix(s, affix.before), affix.after)
			})})
		}
	}
	for i, quote := range []string{`"`, `'`, "`"} {
		without := mistake[string]{
			"secret-quotes", "the secret without the quotes around it", "the secret given here contains the quotes of a shell or an .env file",
			"The secret contains the quotes of a shell or an `.env` file.", fixSecret, seldom,
			edit(func(s string) string { return unquoted(s, quote) }),
		}
		if i > 0 {
			without.symptom = ""
		}
		with := without
		with.symptom, with.what = "", "the secret with quotes around it"
		with.why = "the secret that was used contains the quotes of a shell or an .env file"
		with.do = add(func(s string) string { return quote + s + quote })
		list = append(list, without, with)
	}
	return list
}

func unquoted(text, quote string) string {
	if len(text) >= 2 && strings.HasPrefix(text, quote) && strings.HasSuffix(text, quote) {
		return text[1 : len(text)-1]
	}
	return text
}

// secretValueMistakes lists texts that are used in place of the secret.
func secretValueMistakes() []mistake[string] {
	list := []mistake[string]{{
		"secret-empty", "an empty secret", "no secret was set where the signature was computed (an unset variable?)", "The variable of the secret is not set.", fixSecret, likely,
		func(s string) (string, bool) { return "", s != "" },
	}}
	fixed := func(id, text, what, why, symptom string, c cost) {
		list = append(list, mistake[string]{id, what, why, symptom, fixSecret, c, func(s string) (string, bool) { return text, s != text }})
	}
	for _, nothing := range []string{"undefined", "null", "None", "nil", "NULL", "[object Object]", "false"} {
		fixed("secret-empty", nothing, "the word "+nothing+" as the secret", "the secret that was used is the text of an unset variable", "", seldom)
	}
	fixed("secret-sample", samplePlaceholder, "the placeholder of ArtiBot's sample code",
		"the sample's text was not replaced with the secret", "The code contains the placeholder of ArtiBot's sample.", seldom)
	for _, name := range []string{
		"ARTIBOT_SECRET", "ARTIHOOK_SECRET", "WEBHOOK_SECRET", "SECRET", "secret", "ARTIBOT_WEBHOOK_SECRET", "artibot", "test", "testing",
		"changeme", "password", "your-secret", "your_secret", "YOUR_SECRET", "<secret>", "$SECRET", "${SECRET}", "$ARTIBOT_SECRET",
		"${ARTIBOT_SECRET}", "%SECRET%", "%ARTIBOT_SECRET%", "$WEBHOOK_SECRET", "${WEBHOOK_SECRET}", "process.env.SECRET", "process.env.ARTIBOT_SECRET", "x-artibot-signature", "signature",
	} {
		fixed("secret-sample", name, "the text "+name+" as the secret", "that is a placeholder or the name of a variable, not the secret", "", rare)
	}
	return list
}

// secretEncodingMistakes lists the secret's other bytes: other character sets, base64, hex, hashes, escapes, letter case.
func secretEncodingMistakes() []mistake[string] {
	const charset = "ArtiBot uses the secret's UTF-8 bytes"
	const plain = "ArtiBot uses the secret as plain text"
	add := func(what, why, symptom string, c cost, f func(string) string) mistake[string] {
		return mistake[string]{"secret-encoding", what, why, symptom, fixSecret, c, func(s string) (string, bool) {
			if s == "" {
				return "", false
			}
			changed := f(s)
			return changed, changed != s
		}}
	}
	decoded := func(decode func(string) ([]byte, error)) func(string) string {
		return func(s string) string {
			if raw, err := decode(s); err == nil && len(raw) > 0 {
				return string(raw)
			}
			return s
		}
	}
	hashed := func(sum func([]byte) []byte, asHex bool) func(string) string {
		return func(s string) string {
			if asHex {
				return hex.EncodeToString(sum([]byte(s)))
			}
			return string(sum([]byte(s)))
		}
	}
	sha1Of := func(b []byte) []byte { sum := sha1.Sum(b); return sum[:] }
	sha256Of := func(b []byte) []byte { sum := sha256.Sum256(b); return sum[:] }
	md5Of := func(b []byte) []byte { sum := md5.Sum(b); return sum[:] }
	return []mistake[string]{
		add("the secret in upper case", "the secret is case-sensitive", "The secret is in upper or lower case.", seldom, strings.ToUpper),
		add("the secret in lower case", "the secret is case-sensitive", "", seldom, strings.ToLower),
		add("the secret decoded from base64", plain, "The secret looks like base64 or hex, and the code decodes it.", likely, decoded(base64.StdEncoding.DecodeString)),
		add("the secret decoded from base64", plain, "", seldom, decoded(func(s string) ([]byte, error) { return base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "=")) })),
		add("the secret decoded from base64 for URLs", plain, "", seldom, decoded(func(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "=")) })),
		add("the secret decoded from hex", plain, "", likely, decoded(hex.DecodeString)),
		add("the secret decoded from base64 as Node does it", plain, "", seldom, lenientBase64),
		add("the secret decoded from hex as Node does it", plain, "", seldom, lenientHex),
		add("the secret encoded as base64", plain, "The secret is encoded as base64 or hex before it is used.", seldom, func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
		add("the secret encoded as base64 for URLs", plain, "", rare, func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }),
		add("the secret encoded as hex", plain, "", seldom, func(s string) string { return hex.EncodeToString([]byte(s)) }),
		add("the secret encoded as hex in upper case", plain, "", rare, func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }),
		add("the secret in Latin-1", charset, "The secret is not ASCII, and the code encodes it in another character set.", seldom, func(s string) string {
			if latin, ok := latin1(s); ok {
				return latin
			}
			return s
		}),
		add("the secret with a question mark for each non-ASCII character", charset, "", seldom, func(s string) string { return replaceNonASCII(s, "?") }),
		add("the secret with its UTF-8 bytes taken for Latin-1", charset, "", seldom, func(s string) string { return fromLatin1(s, false) }),
		add("the secret with its UTF-8 bytes taken for Windows-1252", charset, "", rare, func(s string) string { return fromLatin1(s, true) }),
		add("the secret in UTF-16", charset, "", seldom, func(s string) string { return toUTF16(s, false) }),
		add("the secret in big-endian UTF-16", charset, "", rare, func(s string) string { return toUTF16(s, true) }),
		add("the secret in UTF-16 with a byte order mark", charset, "", rare, func(s string) string { return "\xff\xfe" + toUTF16(s, false) }),
		add("the secret decoded from UTF-16", charset, "The file of the secret is UTF-16 (PowerShell's `>`).", seldom, func(s string) string {
			if text, ok := fromUTF16(s); ok {
				return text
			}
			return s
		}),
		add("the hex SHA-1 of the secret", plain, "The secret is hashed before it is used.", rare, hashed(sha1Of, true)),
		add("the SHA-1 of the secret", plain, "", rare, hashed(sha1Of, false)),
		add("the hex SHA-256 of the secret", plain, "", rare, hashed(sha256Of, true)),
		add("the SHA-256 of the secret", plain, "", rare, hashed(sha256Of, false)),
		add("the hex MD5 of the secret", plain, "", rare, hashed(md5Of, true)),
		add("the MD5 of the secret", plain, "", rare, hashed(md5Of, false)),
		add("the secret percent-encoded", plain, "The secret was escaped for a URL, HTML or JSON.", rare, url.QueryEscape),
		add("the secret percent-encoded", plain, "", rare, encodeURIComponent),
		add("the secret percent-decoded", plain, "", seldom, percentDecoded),
		add("the secret with a space for each plus sign", plain, "", rare, func(s string) string { return strings.ReplaceAll(s, "+", " ") }),
		add("the secret with HTML entities", plain, "", rare, html.EscapeString),
		add("the secret with HTML entities decoded", plain, "", rare, html.UnescapeString),
		add("the secret as a JSON string", plain, "", rare, jsonString),
		add("the secret with its escapes replaced", plain, "", seldom, strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\\`, `\`, `\"`, `"`, `\'`, `'`, `\$`, `$`).Replace),
		add("the secret without its backslashes", plain, "", seldom, func(s string) string { return strings.ReplaceAll(s, `\`, "") }),
		add("the secret with doubled backslashes", plain, "", rare, func(s string) string { return strings.ReplaceAll(s, `\`, `\\`) }),
		add("the secret with a single $ for each $$", plain, "", rare, func(s string) string { return strings.ReplaceAll(s, "$$", "$") }),
		add("the secret with doubled $", plain, "", rare, func(s string) string { return strings.ReplaceAll(s, "$", "$$") }),
		add("the secret reversed", plain, "", rare, reversed),
		add("the secret with a typographic dash for each -", charset, "", rare, func(s string) string { return strings.ReplaceAll(s, "-", "–") }),
		add("the secret with a - for each typographic dash", charset, "", seldom, strings.NewReplacer("–", "-", "—", "-", "‑", "-").Replace),
		add("the secret twice", plain, "", rare, func(s string) string { return s + s }),
		add("the secret with an & at its end", "the secret is the key of the HMAC; nothing is added to it (OAuth does that)", "", rare, func(s string) string { return s + "&" }),
	}
}

func reversed(text string) string {
	characters := []rune(text)
	slices.Reverse(characters)
	return string(characters)
}

// lenientBase64 decodes as Node's Buffer.from(text, 'base64'): it ignores what is not base64.
func lenientBase64(text string) string {
	var digits []byte
	text, _, _ = strings.Cut(text, "=")
	for i := range len(text) {
		switch c := text[i]; {
		case c == '-':
			digits = append(digits, '+')
		case c == '_':
			digits = append(digits, '/')
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/':
			digits = append(digits, c)
		}
	}
	if len(digits)%4 == 1 {
		digits = digits[:len(digits)-1]
	}
	raw, err := base64.RawStdEncoding.DecodeString(string(digits))
	if err != nil {
		return text
	}
	return string(raw)
}

// lenientHex decodes as Node's Buffer.from(text, 'hex'): it stops at the first text that is not two hex digits.
func lenientHex(text string) string {
	n := 0
	for n+2 <= len(text) && isHex(text[n:n+2]) {
		n += 2
	}
	raw, _ := hex.DecodeString(text[:n])
	return string(raw)
}

// secretCutMistakes lists the parts of a secret that remain when a shell, a file format or a settings page cuts it.
func secretCutMistakes() []mistake[string] {
	var list []mistake[string]
	add := func(what, why, symptom string, c cost, f func(string) string) {
		list = append(list, mistake[string]{"secret-cut", what, why, symptom, fixSecret, c, func(s string) (string, bool) {
			changed := f(s)
			return changed, changed != s
		}})
	}
	before := func(sep string) func(string) string {
		return func(s string) string { part, _, _ := strings.Cut(s, sep); return part }
	}
	const shell = "this character has a special meaning in a shell or an .env file"
	for i, sep := range []string{"#", " ", "$", "&", "\n", ";", "!", "%", "=", ":", ",", `"`, "'", "\\", "`", "|", "@", "?", "/", "+", "-", "."} {
		symptom := ""
		if i == 0 {
			symptom = "A shell, an `.env` file or YAML cuts the secret at `#`, `$`, `&` or a space."
		}
		name := "the character " + sep
		if sep == " " || sep == "\n" {
			name = map[string]string{" ": "a space", "\n": "a line feed"}[sep]
		}
		add("the secret up to "+name, shell, symptom, seldom, before(sep))
	}
	add("the secret with its $VARIABLES removed", shell, "", seldom, withoutVariables)
	add("the secret after its first =", "the secret given here contains the name of the variable too", "The secret contains the name of the variable too (`SECRET=…`).", seldom, func(s string) string {
		if _, value, ok := strings.Cut(s, "="); ok {
			return strings.TrimSpace(value)
		}
		return s
	})
	add("the secret after its first :", "the secret given here contains a name too", "", seldom, func(s string) string {
		if _, value, ok := strings.Cut(s, ":"); ok {
			return strings.TrimSpace(value)
		}
		return s
	})
	for _, prefix := range []string{"Bearer ", "whsec_", "sha1=", "base64:", "hex:", "secret:", "0x"} {
		add("the secret without "+strings.TrimSpace(prefix)+" before it", "the prefix is not part of the secret", "", seldom, func(s string) string { return strings.TrimPrefix(s, prefix) })
		if prefix == "base64:" {
			add("the secret decoded from base64 after base64:", "ArtiBot uses the secret as plain text", "", rare, func(s string) string {
				if rest, ok := strings.CutPrefix(s, prefix); ok {
					return lenientBase64(rest)
				}
				return s
			})
		}
	}
	for n := 1; n <= 128; n++ {
		symptom := ""
		if n == 1 {
			symptom = "The field of a database or a settings page is shorter than the secret, or a character was not copied."
		}
		add("the first characters of the secret", "the secret that was used is truncated", symptom, rare, func(s string) string { return firstRunes(s, n) })
		if n <= 32 {
			add("the last characters of the secret", "the beginning of the secret that was used is missing", "", rare, func(s string) string { return s[len(firstRunes(s, n)):] })
		}
	}
	return list
}

// maxTyped is how many characters of a secret secretTypos changes.
const maxTyped = 40

// secretTypos lists the mistakes of people who type a secret or read it from a picture, and of code that pads it to a fixed length.
func secretTypos() []mistake[string] {
	const typed = "the secret that was used was typed, or read from a picture"
	list := []mistake[string]{}
	add := func(id, what, why, symptom string, f func(string) string) {
		list = append(list, mistake[string]{id, what, why, symptom, fixSecret, rare, edit(f)})
	}
	add("secret-typo", "the secret with O for each 0", typed, "A character of the secret is wrong or missing, or two are swapped.", strings.NewReplacer("0", "O").Replace)
	add("secret-typo", "the secret with 0 for each O", typed, "", strings.NewReplacer("O", "0").Replace)
	add("secret-typo", "the secret with l for each 1", typed, "", strings.NewReplacer("1", "l").Replace)
	add("secret-typo", "the secret with 1 for each l or I", typed, "", strings.NewReplacer("l", "1", "I", "1").Replace)
	add("secret-typo", "the secret with l for each I", typed, "", strings.NewReplacer("I", "l").Replace)
	add("secret-typo", "the secret with I for each l", typed, "", strings.NewReplacer("l", "I").Replace)
	for i := range maxTyped {
		at := func(f func(before, c, after string) string) func(string) string {
			return func(s string) string {
				if before, rest := firstRunes(s, i), s[len(firstRunes(s, i)):]; rest != "" {
					c := firstRunes(rest, 1)
					return f(before, c, rest[len(c):])
				}
				return s
			}
		}
		add("secret-typo", "the secret with two characters swapped", typed, "", at(func(before, c, after string) string {
			next := firstRunes(after, 1)
			return before + next + c + after[len(next):]
		}))
		add("secret-typo", "the secret with one letter in the other case", typed, "", at(func(before, c, after string) string {
			if upper := strings.ToUpper(c); upper != c {
				return before + upper + after
			}
			return before + strings.ToLower(c) + after
		}))
		add("secret-typo", "the secret without one of its characters", typed, "", at(func(before, _, after string) string { return before + after }))
		add("secret-typo", "the secret with one character twice", typed, "", at(func(before, c, after string) string { return before + c + c + after }))
	}
	symptom := "The code pads the secret to the length of a block."
	for _, size := range []int{16, 24, 32, 64} {
		for _, by := range []struct{ text, name string }{{"0", "the digit 0"}, {" ", "spaces"}} {
			add("secret-padded", "the secret with "+by.name+" up to "+strconv.Itoa(size)+" characters", "ArtiBot uses the secret as it is", symptom, func(s string) string {
				return s + strings.Repeat(by.text, max(0, size-utf8.RuneCountInString(s)))
			})
			symptom = ""
		}
	}
	return list
}

func firstRunes(text string, n int) string {
	i := 0
	for ; n > 0 && i < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
	}
	return text[:i]
}

// withoutVariables removes $NAME and ${NAME}, as a shell does with variables that are not set.
func withoutVariables(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '$' {
			out.WriteByte(text[i])
			continue
		}
		rest := text[i+1:]
		if end := strings.IndexByte(rest, '}'); strings.HasPrefix(rest, "{") && end > 0 {
			i += end + 1
			continue
		}
		n := 0
		for n < len(rest) && (rest[n] == '_' || 'a' <= rest[n] && rest[n] <= 'z' || 'A' <= rest[n] && rest[n] <= 'Z' || n > 0 && '0' <= rest[n] && rest[n] <= '9') {
			n++
		}
		if n == 0 {
			out.WriteByte('$')
		}
		i += n
	}
	return out.String()
}
