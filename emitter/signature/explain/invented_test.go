package explain_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"artihook/emitter/signature"
	"artihook/emitter/signature/explain"
)

const inventedURL = "https://crm.example/api/hook?b=2&a=1"

// inventedBody is an event with what programs like to change: accents, an apostrophe, an ampersand, a double, dates and null.
var inventedBody = strings.NewReplacer("ID", "7a1b2c3d-0000-4000-8000-000000000001", "NAME", "Zoë O'Hara & Söhne").Replace(
	`{"lead":{"id":"ID","create_date":"2026-11-28T09:30:00.123456","modify_date":"2026-11-28T09:31:00.1234567Z","bot_id":"ID","bot_version_id":"ID",` +
		`"account_id":"ID","contact_id":"ID","status":0,"version":2,"data":{"Guests":{"input":"4","type":"number","display_value":"4","value":4.0},` +
		`"First name":{"input":"NAME","type":"text","display_value":"NAME","value":"NAME"}}},"meta":{"chat_start_page":"https://travel.example/book?x=1",` +
		`"ip_address":"203.0.113.7","location":{"country_abbreviation":"US","country":"United States","state":null,"city":null,"latitude":"39.7817",` +
		`"longitude":"-89.6501"},"browser":{"user_agent":"Mozilla/5.0 (X11; Linux x86_64)","name":"Firefox","version":"102","major":null,"is_mobile":false},` +
		`"last_answered_field_name":"First name"},"resource":"lead","action":"updated","resource_id":"ID","time_stamp":"2026-11-28T09:31:01.2345678Z","resource_version":2}`)

// replacer returns a function that replaces texts.
func replacer(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

// TestInventedBodies changes an event as programs and people do. Either the changed body is given, or its signature: held and signed are
// the IDs of the findings, "" if only the other direction is tried.
func TestInventedBodies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		change       func(string) string
		held, signed string
	}{
		{"decomposed", norm.NFD.String, "body-text", "body-text"},
		{"no accents", replacer("ë", "e", "ö", "o"), "body-text", "body-text"},
		{"umlauts transliterated", replacer("ë", "e", "ö", "oe"), "body-text", ""},
		{"ampersand filtered", replacer(" & ", "  "), "body-text", ""},
		{"address masked", replacer("203.0.113.7", "203.0.113.0"), "body-text", ""},
		{"typographic apostrophe", replacer("'", "’"), "body-reserialised", "body-text"},
		{"no-break spaces", replacer("O'Hara ", "O'Hara\u00a0"), "body-reserialised", ""},
		{"tabs", replacer(" ", "\t"), "body-printed", "body-text"},
		{"SQL", replacer("'", "''"), "body-reserialised", "body-text"},
		{"references", replacer("ë", "&#235;", "ö", "&#246;"), "body-encoded", "body-text"},
		{"quoted-printable", replacer("=", "=3D", "ë", "=C3=AB", "ö", "=C3=B6"), "body-reserialised", ""},
		{"slashes", replacer("/", `\/`), "body-reserialised", "body-text"},
		{"escapes in upper case", replacer("ë", `\u00EB`, "ö", `\u00F6`), "body-reserialised", "body-text"},
		{"milliseconds", regexpReplacer(`(\.\d{3})\d+`, "$1"), "body-reserialised", ""},
		{"time before it", func(s string) string { return "1732786260." + s }, "body-encoded", ""},
		{"time on a line before it", func(s string) string { return "2026-11-28T09:30:00Z\n" + s }, "body-encoded", ""},
		{"first byte", func(s string) string { return s[1:] }, "body-cut", "body-wrapped"},
		{"half", func(s string) string { return s[:len(s)/2] }, "body-cut", "body-cut"},
		{"padded", func(s string) string { return s + strings.Repeat("\x00", 4096-len(s)) }, "body-space", "body-wrapped"},
		{"chunks", func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(s), s) }, "", "body-wrapped"},
		{"form field", func(s string) string { return "body=" + url.QueryEscape(s) }, "", "body-wrapped"},
		{"null as text", replacer(":null", `:""`), "body-changed", "body-text"},
		{"null as object", replacer(":null", ":{}"), "body-changed", "body-text"},
		{"words of Python", replacer(":null", ":None", ":false", ":False"), "", "body-text"},
		{"numbers as texts", regexpReplacer(`:(-?\d+(?:\.\d+)?)([,}])`, `:"$1"$2`), "", "body-values"},
		{"dates with an offset", regexpReplacer(`(\d)Z"`, `$1+00:00"`), "", "body-values"},
		{"dates with a space", regexpReplacer(`(\d)T(\d)`, "$1 $2"), "", "body-values"},
		{"ids in upper case", replacer("7a1b2c3d", "7A1B2C3D"), "", "body-values"},
		{"coordinates as numbers", regexpReplacer(`"(-?\d+\.\d{4})"`, "$1"), "", "body-values"},
		{"the other edition", replacer(`"status":0`, `"status":"active"`), "", "body-values"},
		{"without meta", regexpReplacer(`"meta":\{.*?\},"resource"`, `"resource"`), "body-changed", "body-part"},
		{"in a key", func(s string) string { return `{"event":` + s + "}" }, "", "body-wrapped"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			changed := tt.change(inventedBody)
			if tt.held != "" {
				assertInvented(t, inventedURL, changed, inventedSignature("POST&"+inventedURL+"&"+inventedBody), tt.held)
			}
			if tt.signed != "" {
				assertInvented(t, inventedURL, inventedBody, inventedSignature("POST&"+inventedURL+"&"+changed), tt.signed)
			}
		})
	}
}

func regexpReplacer(pattern, by string) func(string) string {
	return func(s string) string { return regexp.MustCompile(pattern).ReplaceAllString(s, by) }
}

const inventedSecret = "s3cret-Of-the-hook"

func inventedSignature(message string) string { return keyedSignature(inventedSecret, message) }

func keyedSignature(key, message string) string {
	h := hmac.New(sha1.New, []byte(key))
	h.Write([]byte(message))
	return strings.ToUpper(hex.EncodeToString(h.Sum(nil)))
}

// assertInvented checks that the finding has this ID, alone or with others.
func assertInvented(t *testing.T, target, body, header, id string) {
	t.Helper()
	got, _ := explain.Mismatch(explain.Claim{
		Secret: signature.NewSecret(inventedSecret), Contract: contract(), Header: header,
		Message: signature.Message{Method: "POST", URL: target, Body: []byte(body)},
	})
	if !strings.Contains(got.ID, id) {
		t.Errorf("got %s, want %s: %s", got.ID, id, got.Text)
	}
}

// TestInventedSignatures computes signatures as receivers do by mistake, and changes a right one as programs and people do.
func TestInventedSignatures(t *testing.T) {
	t.Parallel()
	message := "POST&" + inventedURL + "&" + inventedBody
	strict := func(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
	right := inventedSignature(message)
	tests := []struct{ name, header, id string }{
		{"OAuth", inventedSignature("POST&" + strict("https://crm.example/api/hook") + "&" + strict("a=1&b=2") + "&" + strict(inventedBody)), "message-form"},
		{"encoded parts", inventedSignature("POST&" + strict(inventedURL) + "&" + strict(inventedBody)), "message-form"},
		{"encoded message", inventedSignature(strict(message)), "message-form"},
		{"length", inventedSignature(fmt.Sprintf("POST&%s&%d&%s", inventedURL, len(inventedBody), inventedBody)), "message-form"},
		{"content type", inventedSignature("POST&" + inventedURL + "&application/json&" + inventedBody), "message-form"},
		{"host and target", inventedSignature("POST&crm.example&/api/hook?b=2&a=1&" + inventedBody), "message-form"},
		{"path and query", inventedSignature("POST&https://crm.example/api/hook&b=2&a=1&" + inventedBody), ""},
		{"local server", inventedSignature("POST&http://localhost:3000/api/hook?b=2&a=1&" + inventedBody), "host"},
		{"whsec_", keyedSignature("whsec_"+inventedSecret, message), "secret-affix"},
		{"comma", keyedSignature(inventedSecret+",", message), "secret-affix"},
		{"variable", keyedSignature("ARTIBOT_SECRET="+inventedSecret, message), "secret-affix"},
		{"two characters exchanged", keyedSignature("s3rcet-Of-the-hook", message), "secret-typo"},
		{"a character missing", keyedSignature("s3cret-Of-te-hook", message), "secret-typo"},
		{"other case", keyedSignature("s3cret-Of-The-hook", message), "secret-typo"},
		{"0 for O", keyedSignature("s3cret-0f-the-hook", message), "secret-typo"},
		{"padded", keyedSignature(inventedSecret+strings.Repeat("0", 14), message), "secret-padded"},
		{"typographic dashes", keyedSignature("s3cret–Of–the–hook", message), "secret-encoding"},
		{"angle brackets", keyedSignature("<"+inventedSecret+">", message), "secret-affix"},
		{"signed twice", inventedSignature(right), "plain-hash"},
		{"JSON of the parts", inventedSignature(fmt.Sprintf(`{"method":"POST","url":%q,"body":%q}`, inventedURL, inventedBody)), "message-form"},
		{"all upper case", inventedSignature(strings.ToUpper(message)), "message-form"},
		{"URL twice", inventedSignature("POST&" + inventedURL + "&" + inventedURL + "&" + inventedBody), "message-form"},
		{"undefined URL", inventedSignature("POST&undefined&" + inventedBody), "url-part"},
		{"scheme twice", inventedSignature("POST&https://" + inventedURL + "&" + inventedBody), "url-part"},
		{"joined path", inventedSignature("POST&https:/crm.example/api/hook?b=2&a=1&" + inventedBody), "url-part"},
		{"object as query", inventedSignature("POST&https://crm.example/api/hook?[object Object]&" + inventedBody), "query"},
		{"reversed digits", reversed(right), "header-form"},
		{"exchanged digits", regexp.MustCompile(`(.)(.)`).ReplaceAllString(right, "$2$1"), "header-form"},
		{"letters for digits", strings.NewReplacer("0", "O", "1", "l").Replace(right), "header-form"},
		{"several fields", "t=1732786260,v1=" + right, "header-form"},
		{"half", right[:20], "header-truncated"},
		{"MD5's length", right[:32], "header-"},
		{"start of SHA-256", hexOfSHA256(message)[:40], "other-hash"},
		{"end of SHA-256", hexOfSHA256(message)[24:], "other-hash"},
		{"a quarter", right[:10], "header-length"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assertInvented(t, inventedURL, inventedBody, tt.header, tt.id)
		})
	}
}

func hexOfSHA256(message string) string {
	h := hmac.New(sha256.New, []byte(inventedSecret))
	h.Write([]byte(message))
	return hex.EncodeToString(h.Sum(nil))
}

func reversed(text string) string {
	bytes := []byte(text)
	slices.Reverse(bytes)
	return string(bytes)
}
