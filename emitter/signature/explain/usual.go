package explain

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"artihook/emitter/signature"
)

// Guess is a signature that a receiver with one usual mistake accepts.
type Guess struct {
	Header string
	Text   string // "the signature of WHAT: WHY"
	Fix    *Fix
}

// usualMistakes are the mistakes that receivers make most often, the most likely first. A mistake is named by its what, in
// the list of URLs by its why.
var usualMistakes = []string{
	lowerCase,
	"the body as JavaScript's JSON.stringify writes it again",
	"the receiver saw http (a TLS proxy in front?)",
	"the sender posted to http, the URL given has https (a redirect or a proxy in between?)",
	otherWhy,
	`scheme "body"`,
	`scheme "url"`,
	"it was signed without the query",
	"only this piece of the URL was signed; ArtiBot signs all of it",
	"the URL that was signed has no port (a proxy or a tunnel in front?)",
	"the URL that was signed has a slash at the end of its path",
	"the URL that was signed has no slash at the end of its path",
	"an empty secret",
	"the secret with a line feed at its end",
	"an empty body",
	inSHA256,
	"the body as JSON.stringify that indents by 2 writes it again",
	"the body as PHP's json_encode writes it again",
	"the body as Python's json.dumps writes it again",
	"URL&BODY",
	"method, URL and body without the & between them",
	"the body as JSON.stringify of an object with sorted keys writes it again",
	"only the part lead of the body",
	"HMAC with the secret and the message swapped",
	"the URL that was signed has /v1 before its path (a router or a gateway that removes it?)",
	inBase64,
	"the text [object Object] as the body",
	"the secret decoded from base64 as Node does it",
	"the secret decoded from hex as Node does it",
	"the URL that was signed has port 8080 (a proxy that changes the Host header?)",
	"the body as Go's json.Marshal of a map writes it again",
	"the body with < > & as JSON escapes",
	"HMAC of the hex digest of the message",
	"the body with its UTF-8 bytes taken for Latin-1",
}

// The mistakes of usualMistakes that are in the header.
const (
	lowerCase = "the signature in lower case only"
	inBase64  = "the digest in base64"
	inSHA256  = "HMAC-SHA256"
)

// Usual returns the signatures of a message that receivers with a usual mistake accept, the most likely first, at most
// this many. The claim's Header is not used. Mistakes that make no difference for the message are left out.
func Usual(c Claim, most int) []Guess {
	base, _ := c.base()
	right := headerValue(&base, base.digest(hashKinds[0].new))
	seen := map[string]bool{right: true}
	var list []Guess
	for _, name := range usualMistakes {
		g, ok := c.usual(name, base)
		if ok && !seen[g.Header] && len(list) < most {
			seen[g.Header] = true
			g.Text = c.redacted(g.Text)
			list = append(list, g)
		}
	}
	return list
}

// OfBody returns the signatures that a receiver computes if it changes the body of the claim before it signs it. The receiver has accepted
// the body accepted, so mistakes that change that body too are left out. The most likely ones come first. The claim's Header is not used.
func OfBody(c Claim, accepted []byte) []Guess {
	base, _ := c.base()
	plain, body := string(accepted), base.body
	var list []Guess
	seen := map[string]bool{body: true}
	for cost := likely; cost <= rare; cost++ {
		for _, m := range bodyMistakes() {
			if m.cost != cost {
				continue
			}
			changed, ok := m.do(body)
			if same, changes := m.do(plain); !ok || seen[changed] || changes && same != plain {
				continue
			}
			seen[changed] = true
			base.body = changed
			list = append(list, c.guess(base, m.what, m.why, m.fix))
		}
	}
	return list
}

// headerValue writes a digest as ArtiBot does.
func headerValue(t *trial, digest []byte) string {
	text := hex.EncodeToString(digest)
	if t.form.order == "B" {
		return bodyPrefix + text
	}
	return strings.ToUpper(text)
}

// usual returns the signature with one mistake. ok is false if the mistake changes nothing.
func (c *Claim) usual(name string, base trial) (g Guess, ok bool) {
	digest := base.digest(hashKinds[0].new)
	switch name {
	case lowerCase:
		return Guess{strings.ToLower(headerValue(&base, digest)), name + ": compare without regard to letter case", fixOf(fixHeader)}, true
	case inBase64:
		return Guess{base64.StdEncoding.EncodeToString(digest), name + ": ArtiBot writes hex", fixOf(fixDigest)}, true
	case inSHA256:
		return Guess{headerValue(&base, base.digest(hashKinds[1].new)), name + ": ArtiBot signs with HMAC-SHA1", fixOf(fixDigest)}, true
	case otherWhy:
		for _, other := range c.AlsoURLs {
			if u, err := signature.ParseURL(other); err == nil {
				base.url = u.String()
				return c.guess(base, showURL(base.url), name, fixURL), true
			}
		}
		return Guess{}, false
	}
	for _, m := range urlMistakes() {
		if m.why == name {
			if p, ok := m.do(splitURL(base.url)); ok {
				base.url = p.String()
				return c.guess(base, showURL(base.url), m.why, m.fix), base.form.usesURL()
			}
		}
	}
	for _, m := range messageMistakes(base.form) {
		if m.what == name {
			f, ok := m.do(base.form)
			base.form = f
			return c.guess(base, m.what, m.why, m.fix), ok
		}
	}
	for _, m := range secretMistakes() {
		if m.what == name {
			secret, ok := m.do(base.secret)
			base.secret = secret
			return c.guess(base, m.what, m.why, m.fix), ok
		}
	}
	for _, m := range bodyMistakes() {
		if m.what == name {
			body, ok := m.do(base.body)
			base.body = body
			return c.guess(base, m.what, m.why, m.fix), ok
		}
	}
	return Guess{}, false
}

func (c *Claim) guess(t trial, what, why string, fix fixID) Guess {
	return Guess{headerValue(&t, t.digest(hashKinds[0].new)), "the signature of " + what + ": " + why, fixOf(fix)}
}
