package receivertest

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"regexp"
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

func (s *Receiver) signURL(m message) string { return macOf(string(s.opt.Secret.Bytes()), m.text()) }

func (s *Receiver) signBody(m message) string {
	return "sha1=" + macOf(string(s.opt.Secret.Bytes()), m.body)
}

// text returns what is signed in the url scheme.
func (m message) text() []byte { return append([]byte(m.method+"&"+m.url+"&"), m.body...) }

func macOf(secret string, text []byte) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// unkeyed returns the digest of the text without a secret.
func unkeyed(text []byte) string {
	digest := sha1.Sum(text)
	return hex.EncodeToString(digest[:])
}

// isDigest reports whether the header is hex of the right length.
func isDigest(header string) bool {
	digest, err := hex.DecodeString(strings.TrimPrefix(header, "sha1="))
	return err == nil && len(digest) == sha1.Size
}

// attempt is a request whose signature is verified.
type attempt struct {
	*Receiver
	message
	header  string // in lower case
	request http.Header
}

// fits reports whether the header is the signature of the message.
func (t *attempt) fits(m message) bool { return t.header == t.sign(m) }

// replaced lists the mistakes that verify another message than the signed one. Each returns the message.
var replaced = map[Misbehavior]func(t *attempt) message{
	IgnoresQuery:  func(t *attempt) message { return t.withURL(withoutQuery(t.url)) },
	Reserialises:  func(t *attempt) message { return t.withBody(t.rewrite(t.body)) },
	RewritesDates: func(t *attempt) message { return t.withBody(t.rewrite(t.body)) },
	EscapesHTML:   func(t *attempt) message { return t.withBody(t.rewrite(t.body)) },
	ReadsLatin1:   func(t *attempt) message { return t.withBody(t.rewrite(t.body)) },
}

// alsoAccepted lists the mistakes that accept more than the right signature. Each reports whether the request has a
// signature that only the mistake accepts.
var alsoAccepted = map[Misbehavior]func(t *attempt) bool{
	AcceptsAnything: func(*attempt) bool { return true },
	AcceptsZeros: func(t *attempt) bool {
		return t.sameLength() && strings.Trim(strings.TrimPrefix(t.header, "sha1="), "0") == ""
	},
	ComparesPrefix: func(t *attempt) bool { return strings.HasPrefix(t.right(), t.header) },
	ComparesStart:  func(t *attempt) bool { return t.sameLength() && t.header[:partDigits] == t.right()[:partDigits] },
	ComparesEnd:    func(t *attempt) bool { return t.sameLength() && t.header[partDigits:] == t.right()[partDigits:] },
	IgnoresRest:    func(t *attempt) bool { return strings.HasPrefix(t.header, t.right()) },
	FindsSignature: func(t *attempt) bool { return strings.HasSuffix(t.header, t.right()) },
	IgnoresPrefix: func(t *attempt) bool {
		return strings.TrimPrefix(t.header, "sha1=") == strings.TrimPrefix(t.right(), "sha1=")
	},
	EmptySecret:     func(t *attempt) bool { return t.header == macOf("", t.text()) },
	WeakSecret:      func(t *attempt) bool { return t.header == macOf("test", t.text()) },
	PublishedSecret: func(t *attempt) bool { return t.header == macOf(publishedSecret, t.text()) },
	SecretFromHeader: func(t *attempt) bool {
		secret := t.request.Get("X-Artibot-Secret")
		return secret != "" && t.header == macOf(secret, t.text())
	},
	AcceptsUnkeyed: func(t *attempt) bool { return t.header == unkeyed(t.text()) },
	RemembersSignatures: func(t *attempt) bool {
		if t.fits(t.message) {
			t.seen.Store(t.header, true)
		}
		_, known := t.seen.Load(t.header)
		return known
	},
	AnySchemeBare:    func(t *attempt) bool { return t.header == strings.TrimPrefix(t.signBody(t.message), "sha1=") },
	AnyScheme:        func(t *attempt) bool { return t.header == t.signURL(t.message) || t.header == t.signBody(t.message) },
	IgnoresMethod:    func(t *attempt) bool { return t.fits(t.withMethod(http.MethodGet)) },
	MethodFromHeader: func(t *attempt) bool { return t.fits(t.withMethod(t.request.Get("X-HTTP-Method-Override"))) },
	HostFromHeader:   func(t *attempt) bool { return t.fits(t.withOrigin("", t.request.Get("X-Forwarded-Host"))) },
	ProtoFromHeader:  func(t *attempt) bool { return t.fits(t.withOrigin(t.request.Get("X-Forwarded-Proto"), "")) },
	HostFromForwarded: func(t *attempt) bool {
		_, host, _ := strings.Cut(t.request.Get("Forwarded"), "host=")
		return t.fits(t.withOrigin("", host))
	},
	PathFromHeader: func(t *attempt) bool { return t.fits(t.withTarget(t.request.Get("X-Original-URL"))) },
	AnyHost: func(t *attempt) bool {
		return t.fits(t.withOrigin("https", "")) || t.fits(t.withOrigin("", "localhost"))
	},
	IgnoresPort: func(t *attempt) bool { return t.fits(t.withURL(port.ReplaceAllString(t.url, "$1:1"))) },
	IgnoresPath: func(t *attempt) bool { return t.fits(t.withTarget("/")) },
	IgnoresSlash: func(t *attempt) bool {
		path, query, asked := strings.Cut(t.url, "?")
		if path = strings.TrimSuffix(path, "/") + "/"; asked {
			path += "?" + query
		}
		return t.fits(t.withURL(path))
	},
	TrimsBody: func(t *attempt) bool { return t.fits(t.withBody(bytes.TrimSpace(t.body))) },
	StripsBOM: func(t *attempt) bool { return t.fits(t.withBody(bytes.TrimPrefix(t.body, []byte("\ufeff")))) },
	CutsBody:  func(t *attempt) bool { return t.fits(t.withBody(t.body[:bytes.LastIndexByte(t.body, '}')+1])) },
}

// partDigits is how many digits ComparesStart compares, and how many ComparesEnd ignores.
const partDigits = 8

// publishedSecret is the secret of ArtiBot's published signature (docs/contract.md, section 3).
const publishedSecret = "<Whatever you set your secret to in the ArtiBot webhook>"

// port matches a URL's host with its port.
var port = regexp.MustCompile(`^(\w+://[^/:]+):\d+`)

func (t *attempt) right() string    { return t.sign(t.message) }
func (t *attempt) sameLength() bool { return len(t.header) == len(t.right()) }

func (m message) withMethod(method string) message { m.method = method; return m }
func (m message) withURL(url string) message       { m.url = url; return m }
func (m message) withBody(body []byte) message     { m.body = body; return m }

// withOrigin replaces the scheme and the host of the URL. An empty text replaces nothing.
func (m message) withOrigin(scheme, host string) message {
	wasScheme, rest, _ := strings.Cut(m.url, "://")
	wasHost, path, _ := strings.Cut(rest, "/")
	return m.withURL(cmp.Or(scheme, wasScheme) + "://" + cmp.Or(host, wasHost) + "/" + path)
}

// withTarget replaces the path and the query of the URL.
func (m message) withTarget(target string) message {
	scheme, rest, _ := strings.Cut(m.url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return m.withURL(scheme + "://" + host + target)
}

func withoutQuery(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url
}

// verify verifies the signature in a wrong way. It reports wrong = false if the receiver makes no mistake with it.
func (s *Receiver) verify(a *receiver.Arrival) (ok, wrong bool) {
	t := &attempt{Receiver: s, message: messageOf(a), request: a.Header}
	header := a.Header.Get(signatureHeader)
	t.header = strings.ToLower(header)
	switch {
	case s.has[RejectsAll]:
		return false, true
	case s.has[LowerCase]:
		return header == t.right(), true
	}
	ok = t.fits(t.message)
	for mistake, message := range replaced {
		if s.has[mistake] {
			ok, wrong = t.fits(message(t)), true
		}
	}
	for mistake, accepts := range alsoAccepted {
		if s.has[mistake] {
			ok, wrong = accepts(t) || ok, true
		}
	}
	return ok, wrong
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
