package receivertest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"artihook/emitter/receiver"
)

// message is what is signed.
type message struct {
	method, url string
	body        []byte
}

func messageOf(a *receiver.Arrival) message { return message{a.Method, a.URL, a.Body} }

// sign returns the header of a message in the receiver's scheme, in lower case.
func (s *Receiver) sign(m message) string {
	if s.opt.Scheme.String() == "body" {
		return s.signBody(m)
	}
	return s.signURL(m)
}

func (s *Receiver) signURL(m message) string {
	return s.mac(append([]byte(m.method+"&"+m.url+"&"), m.body...))
}

func (s *Receiver) signBody(m message) string { return "sha1=" + s.mac(m.body) }

func (s *Receiver) mac(text []byte) string {
	mac := hmac.New(sha1.New, s.opt.Secret.Bytes())
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// isDigest reports whether the header is hex of the right length.
func isDigest(header string) bool {
	digest, err := hex.DecodeString(strings.TrimPrefix(header, "sha1="))
	return err == nil && len(digest) == sha1.Size
}

// verifies reports whether a mistake replaces the verification.
func (s *Receiver) verifies() bool {
	return slices.ContainsFunc([]Misbehavior{
		AcceptsAnything, RejectsAll, LowerCase, AcceptsZeros, ComparesPrefix, IgnoresQuery, IgnoresMethod, AnyHost, AnyScheme, Reserialises,
		RewritesDates, EscapesHTML, ReadsLatin1,
	}, func(m Misbehavior) bool { return s.has[m] })
}

// verify verifies the signature in a wrong way.
func (s *Receiver) verify(a *receiver.Arrival) bool {
	header, m := a.Header.Get(signatureHeader), messageOf(a)
	fits := func(m message) bool { return strings.EqualFold(header, s.sign(m)) }
	switch {
	case s.has[AcceptsAnything]:
		return true
	case s.has[RejectsAll]:
		return false
	case s.has[LowerCase]:
		return header == s.sign(m)
	case s.has[AcceptsZeros]:
		return fits(m) || strings.Trim(strings.TrimPrefix(header, "sha1="), "0") == "" && len(header) >= 2*sha1.Size
	case s.has[ComparesPrefix]:
		return strings.HasPrefix(s.sign(m), strings.ToLower(header))
	case s.has[IgnoresQuery]:
		m.url, _, _ = strings.Cut(m.url, "?")
	case s.has[IgnoresMethod]:
		return fits(m) || fits(message{http.MethodGet, m.url, m.body})
	case s.has[AnyHost]:
		return slices.ContainsFunc(otherOrigins(m.url), func(url string) bool { return fits(message{m.method, url, m.body}) })
	case s.has[AnyScheme]:
		return strings.EqualFold(header, s.signURL(m)) || strings.EqualFold(header, s.signBody(m))
	default:
		m.body = s.rewrite(m.body)
	}
	return fits(m)
}

// otherOrigins returns the URL with either scheme, and with localhost as its host.
func otherOrigins(url string) []string {
	_, rest, _ := strings.Cut(url, "://")
	_, path, _ := strings.Cut(rest, "/")
	return []string{"http://" + rest, "https://" + rest, "http://localhost/" + path, "https://localhost/" + path}
}

// rewrite returns the body as other software reads or writes it. Invalid JSON stays as it is.
func (s *Receiver) rewrite(body []byte) []byte {
	var compact bytes.Buffer
	isJSON := json.Compact(&compact, body) == nil
	switch {
	case s.has[EscapesHTML]:
		return []byte(strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(string(body)))
	case s.has[ReadsLatin1]:
		var text []rune
		for _, b := range body {
			text = append(text, rune(b))
		}
		return []byte(string(text))
	case s.has[RewritesDates] && isJSON:
		return dates.ReplaceAllFunc(compact.Bytes(), cutZeros)
	case s.has[Reserialises] && isJSON:
		return asJavaScript(compact.Bytes())
	}
	return body
}

// dates matches a string that is a date-time with a fraction.
var dates = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z?"`)

// cutZeros removes the zeros at the end of a date's fraction, as Newtonsoft.Json does.
func cutZeros(quoted []byte) []byte {
	date, zone := strings.CutSuffix(strings.Trim(string(quoted), `"`), "Z")
	date = strings.TrimRight(strings.TrimRight(date, "0"), ".")
	if zone {
		date += "Z"
	}
	return strconv.AppendQuote(nil, date)
}

// tokens matches a string with the colon after a key, or a number.
var tokens = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*`)

// asJavaScript returns compact JSON with its numbers as JSON.stringify writes them: 4.0 becomes 4.
func asJavaScript(compact []byte) []byte {
	return tokens.ReplaceAllFunc(compact, func(token []byte) []byte {
		f, err := strconv.ParseFloat(string(token), 64)
		if err != nil { // a string
			return token
		}
		text, err := json.Marshal(f) // follows ECMAScript
		if err != nil {
			return token
		}
		return text
	})
}
