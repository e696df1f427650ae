package explain

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"slices"
	"strconv"
	"strings"
)

// form is how method, URL, body and secret are put together. The zero value is no form.
type form struct {
	order  string // the parts in order: M is the method, U the URL, B the body
	sep    string // between the parts; "" if there is one part
	end    string // after the last part
	escape escape
	method string
	mac    mac
}

// escape selects the parts that are percent-encoded before they are signed, as OAuth 1.0 does.
type escape uint8

const (
	escapeNothing escape = iota
	escapeURL
	escapeParts       // URL and body
	escapePartsStrict // URL and body, with ! ' ( ) * too
	escapeOAuth       // the URL without its query, the parameters in order, and the body, with ! ' ( ) * too
	escapeWhole       // the whole message
	escapeWholeStrict // the whole message, with ! ' ( ) * too
	upperWhole        // no escapes, but the whole message in upper case
	lowerWhole        // the same in lower case
)

// mac is how the message and the secret become a digest.
type mac uint8

const (
	macHMAC         mac = iota
	macSwapped          // HMAC with the message as the key and the secret as the message
	macPlain            // hash of the message
	macSecretFirst      // hash of the secret and the message
	macSecretLast       // hash of the message and the secret
	macSecretBoth       // hash of the secret, the message and the secret
	macOfHex            // HMAC of the hex digest of the message
	macOfDigest         // HMAC of the digest of the message
	macOfBase64         // HMAC of the base64 text of the message
	macHexOfMessage     // HMAC of the hex digits of the message
	macOfMAC            // HMAC of the right digest
	macOfMACHex         // HMAC of the right signature in upper case
	macOfMACLower       // HMAC of the right signature in lower case
	macHashed           // hash of the right digest
)

func urlForm(method string) form { return form{order: "MUB", sep: "&", method: method} }

func bodyForm(method string) form { return form{order: "B", method: method} }

func (f form) usesURL() bool { return strings.ContainsAny(f.order, "UHTPOQJA") }

func (f form) usesMethod() bool { return strings.ContainsAny(f.order, "MJA") }

func (f form) usesBody() bool { return strings.ContainsAny(f.order, "BJA") }

func (f form) usesSecret() bool { return f.mac != macPlain }

// append appends the message.
func (f form) append(dst []byte, url, body string) []byte {
	if f.escape >= escapeWhole {
		whole := f
		whole.escape = escapeNothing
		return append(dst, f.encode(string(whole.append(nil, url, body)))...)
	}
	for i := range len(f.order) {
		if i > 0 {
			dst = append(dst, f.sep...)
		}
		switch f.order[i] {
		case 'M':
			dst = append(dst, f.method...)
		case 'U':
			dst = append(dst, f.escapedURL(url)...)
		case 'B':
			dst = append(dst, f.escapedBody(body)...)
		case 'J':
			dst = append(dst, `{"method":`+jsonString(f.method)+`,"url":`+jsonString(url)+`,"body":`+jsonString(body)+"}"...)
		case 'A':
			dst = append(dst, "["+jsonString(f.method)+","+jsonString(url)+","+jsonString(body)+"]"...)
		default:
			dst = append(dst, partOf(f.order[i], url, body)...)
		}
	}
	return append(dst, f.end...)
}

// encode percent-encodes a text, or changes its letter case.
func (f form) encode(text string) string {
	switch f.escape {
	case upperWhole:
		return strings.ToUpper(text)
	case lowerWhole:
		return strings.ToLower(text)
	}
	text = encodeURIComponent(text)
	if f.escape == escapePartsStrict || f.escape == escapeOAuth || f.escape == escapeWholeStrict {
		text = strings.NewReplacer("!", "%21", "'", "%27", "(", "%28", ")", "%29", "*", "%2A").Replace(text)
	}
	return text
}

func (f form) escapedURL(url string) string {
	switch f.escape {
	case escapeURL, escapeParts, escapePartsStrict:
		return f.encode(url)
	case escapeOAuth:
		p := splitURL(url)
		pairs := strings.Split(strings.TrimPrefix(p.query, "?"), "&")
		slices.Sort(pairs)
		p.query = ""
		return f.encode(p.String()) + "&" + f.encode(strings.Join(pairs, "&"))
	}
	return url
}

func (f form) escapedBody(body string) string {
	switch f.escape {
	case escapeParts, escapePartsStrict, escapeOAuth:
		return f.encode(body)
	}
	return body
}

// partOf returns a part of the request that some codes sign by itself: H is the host, T the target, P the path, O the URL without its query, Q the query, N the
// length of the body, C its content type, and E is empty.
func partOf(part byte, url, body string) string {
	p := splitURL(url)
	switch part {
	case 'H':
		if p.port != "" {
			return p.host + ":" + p.port
		}
		return p.host
	case 'T':
		return p.path + p.query
	case 'P':
		return p.path
	case 'O':
		p.query = ""
		return p.String()
	case 'Q':
		return strings.TrimPrefix(p.query, "?")
	case 'N':
		return strconv.Itoa(len(body))
	case 'C':
		return "application/json"
	}
	return ""
}

// trial is one guess at what was signed.
type trial struct {
	form   form
	secret string
	url    string
	body   string
}

// digest returns the digest of the trial's message.
func (t *trial) digest(newHash func() hash.Hash) []byte {
	message := t.form.append(nil, t.url, t.body)
	secret := []byte(t.secret)
	h := newHash()
	switch t.form.mac {
	case macPlain:
	case macSecretFirst:
		h.Write(secret)
	case macSecretLast:
		message = append(message, secret...)
	case macSecretBoth:
		h.Write(secret)
		message = append(message, secret...)
	case macSwapped:
		h, message = hmac.New(newHash, message), secret
	case macOfHex, macOfDigest:
		h.Write(message)
		message = h.Sum(nil)
		if t.form.mac == macOfHex {
			message = hex.AppendEncode(nil, message)
		}
		h = hmac.New(newHash, secret)
	case macOfBase64:
		h, message = hmac.New(newHash, secret), base64.StdEncoding.AppendEncode(nil, message)
	case macOfMAC, macOfMACHex, macOfMACLower, macHashed:
		h = hmac.New(newHash, secret)
		h.Write(message)
		message = h.Sum(nil)
		switch h.Reset(); t.form.mac {
		case macOfMACHex:
			message = []byte(strings.ToUpper(hex.EncodeToString(message)))
		case macOfMACLower:
			message = hex.AppendEncode(nil, message)
		case macHashed:
			h = newHash()
		}
	case macHexOfMessage:
		h, message = hmac.New(newHash, secret), hex.AppendEncode(nil, message)
	default:
		h = hmac.New(newHash, secret)
	}
	h.Write(message)
	return h.Sum(nil)
}

// messageMistakes lists the other ways to make a digest of method, URL, body and secret. base is the right one.
func messageMistakes(base form) []mistake[form] {
	other := mistake[form]{
		id: "other-scheme", what: `scheme "body"`, why: "the body alone was signed: let both sides use the same scheme",
		symptom: "The code and the header use different schemes: `METHOD&URL&BODY`, or the body alone with `sha1=` before the digits.",
		fix:     fixScheme, cost: likely, do: func(f form) (form, bool) { return setOrder(f, "B", "") },
	}
	if base.order == "B" {
		other.what, other.why = `scheme "url"`, "method, URL and body were signed: let both sides use the same scheme"
		other.do = func(f form) (form, bool) { return setOrder(f, "MUB", "&") }
	}
	return slices.Concat([]mistake[form]{other}, methodMistakes(base.method), orderMistakes(), separatorMistakes(), escapeForms(), macMistakes())
}

func setOrder(f form, order, sep string) (form, bool) {
	changed := order != f.order
	f.order, f.sep = order, sep
	return f, changed
}

func methodMistakes(method string) []mistake[form] {
	list := []mistake[form]{{
		id: "method", what: "method " + strings.ToLower(method), why: "ArtiBot signs the method in upper case",
		symptom: "The method is signed in lower case, or it is not the method of the request.",
		fix:     fixMessage, cost: likely, do: withMethod(strings.ToLower(method)),
	}}
	for _, other := range []string{"POST", "GET", "PUT", "Post", "HTTP POST", ""} {
		m := mistake[form]{
			id: "method", what: "method " + other, why: "another method was signed than the one of the request",
			fix: fixMessage, cost: seldom, do: withMethod(other),
		}
		if strings.EqualFold(other, method) {
			m.why = "ArtiBot signs the method in upper case"
		}
		if other == "" {
			m.what = "an empty method"
		}
		list = append(list, m)
	}
	return list
}

func withMethod(method string) func(form) (form, bool) {
	return func(f form) (form, bool) {
		changed := f.usesMethod() && f.method != method
		f.method = method
		return f, changed
	}
}

const partsWhy = "ArtiBot signs METHOD&URL&BODY"

// orderMistakes lists the other selections and orders of method, URL and body.
func orderMistakes() []mistake[form] {
	orders := []struct {
		order, what string
		cost        cost
	}{
		{"UB", "URL&BODY", likely},
		{"MB", "METHOD&BODY", seldom},
		{"MU", "METHOD&URL, without the body", seldom},
		{"U", "the URL alone", seldom},
		{"UMB", "URL&METHOD&BODY", seldom},
		{"MBU", "METHOD&BODY&URL", rare},
		{"BU", "BODY&URL", rare},
		{"BM", "BODY&METHOD", rare},
		{"BUM", "BODY&URL&METHOD", rare},
		{"BMU", "BODY&METHOD&URL", rare},
		{"UBM", "URL&BODY&METHOD", rare},
		{"UM", "URL&METHOD", rare},
		{"M", "the method alone", rare},
		{"MHTB", "METHOD&HOST&TARGET&BODY", rare},
		{"MHPB", "METHOD&HOST&PATH&BODY", rare},
		{"MOQB", "METHOD&URL&QUERY&BODY, the URL without its query", rare},
		{"MTB", "METHOD&TARGET&BODY", rare},
		{"MUNB", "METHOD&URL&LENGTH&BODY", rare},
		{"MUCB", "METHOD&URL&application/json&BODY", rare},
		{"MCUB", "METHOD&application/json&URL&BODY", rare},
		{"HTB", "HOST&TARGET&BODY", rare},
		{"EMUB", "METHOD&URL&BODY with an & before it", rare},
		{"MMUB", "METHOD&METHOD&URL&BODY", rare},
		{"MUUB", "METHOD&URL&URL&BODY", rare},
		{"J", "a JSON object of method, URL and body", rare},
		{"A", "a JSON array of method, URL and body", rare},
	}
	list := make([]mistake[form], 0, len(orders))
	for i, o := range orders {
		m := mistake[form]{
			id: "message-form", what: o.what, why: partsWhy, fix: fixMessage, cost: o.cost,
			do: func(f form) (form, bool) {
				if f.order != "MUB" {
					return f, false
				}
				sep := f.sep
				if len(o.order) == 1 {
					sep = ""
				}
				return setOrder(f, o.order, sep)
			},
		}
		if i == 0 {
			m.symptom = "The code leaves out the method, the URL or the body, or joins them in another order."
		}
		list = append(list, m)
	}
	return list
}

func separatorMistakes() []mistake[form] {
	separators := []struct {
		sep, what string
		cost      cost
	}{
		{"", "method, URL and body without the & between them", likely},
		{"\n", "method, URL and body on separate lines", likely},
		{":", "method, URL and body with : between them", likely},
		{"|", "method, URL and body with | between them", likely},
		{".", "method, URL and body with . between them", likely},
		{" ", "method, URL and body with spaces between them", likely},
		{"&&", "method, URL and body with && between them", seldom},
		{" & ", "method, URL and body with spaces around the &", seldom},
		{"&amp;", "method, URL and body with &amp; between them", seldom},
		{"\r\n", "method, URL and body on lines that end with CR LF", seldom},
		{"%26", "method, URL and body with %26 between them", seldom},
		{"+", "method, URL and body with + between them", seldom},
		{",", "method, URL and body with commas between them", seldom},
		{", ", "method, URL and body with commas and spaces between them", seldom},
		{";", "method, URL and body with ; between them", seldom},
		{"-", "method, URL and body with - between them", seldom},
		{"_", "method, URL and body with _ between them", seldom},
		{"/", "method, URL and body with / between them", seldom},
		{"?", "method, URL and body with ? between them", seldom},
		{"=", "method, URL and body with = between them", seldom},
		{"#", "method, URL and body with # between them", seldom},
		{"\t", "method, URL and body with tabs between them", seldom},
		{"\x00", "method, URL and body with NUL between them", seldom},
		{"::", "method, URL and body with :: between them", seldom},
		{"\\n", `method, URL and body with the two characters \n between them`, seldom},
	}
	list := make([]mistake[form], 0, len(separators)+2)
	for i, s := range separators {
		m := mistake[form]{
			id: "message-form", what: s.what, why: partsWhy, fix: fixMessage, cost: s.cost,
			do: func(f form) (form, bool) {
				changed := len(f.order) > 1 && f.sep != s.sep
				f.sep = s.sep
				return f, changed
			},
		}
		if i == 0 {
			m.symptom = "The parts are joined without `&`, or with another separator."
		}
		list = append(list, m)
	}
	for _, end := range []struct{ text, what string }{
		{"&", "the message with an & at its end"}, {"\n", "the message with a line feed at its end"},
	} {
		list = append(list, mistake[form]{
			id: "message-form", what: end.what, why: partsWhy, fix: fixMessage, cost: seldom,
			do: func(f form) (form, bool) {
				changed := f.end == ""
				f.end = end.text
				return f, changed
			},
		})
	}
	return list
}

// escapeForms lists the mistakes with percent-encoding.
func escapeForms() []mistake[form] {
	kinds := []struct {
		escape escape
		what   string
		cost   cost
	}{
		{escapeURL, "METHOD&URL&BODY with the URL percent-encoded", seldom},
		{escapeParts, "METHOD&URL&BODY with URL and body percent-encoded", seldom},
		{escapePartsStrict, "METHOD&URL&BODY with URL and body percent-encoded, as in OAuth", seldom},
		{escapeOAuth, "OAuth's base string: METHOD&URL&PARAMETERS&BODY, percent-encoded", rare},
		{escapeWhole, "METHOD&URL&BODY, all of it percent-encoded", rare},
		{escapeWholeStrict, "METHOD&URL&BODY, all of it percent-encoded as in OAuth", rare},
		{upperWhole, "METHOD&URL&BODY, all of it in upper case", rare},
		{lowerWhole, "METHOD&URL&BODY, all of it in lower case", rare},
	}
	list := make([]mistake[form], 0, len(kinds))
	for i, k := range kinds {
		m := mistake[form]{
			id: "message-form", what: k.what, why: partsWhy, fix: fixMessage, cost: k.cost,
			do: func(f form) (form, bool) {
				changed := f.order == "MUB" && f.escape == escapeNothing
				f.escape = k.escape
				return f, changed
			},
		}
		if i == 0 {
			m.symptom = "The code percent-encodes the parts, as OAuth 1.0 does."
		}
		list = append(list, m)
	}
	return list
}

func macMistakes() []mistake[form] {
	const plain = "ArtiBot signs with HMAC-SHA1 and the secret as its key"
	macs := []struct {
		mac  mac
		what string
		cost cost
	}{
		{macSecretFirst, "a hash of the secret and the message", seldom},
		{macSecretLast, "a hash of the message and the secret", seldom},
		{macPlain, "a hash without the secret", seldom},
		{macSwapped, "HMAC with the secret and the message swapped", seldom},
		{macSecretBoth, "a hash of the secret, the message and the secret again", seldom},
		{macOfHex, "HMAC of the hex digest of the message", seldom},
		{macOfDigest, "HMAC of the digest of the message", seldom},
		{macOfBase64, "HMAC of the message in base64", seldom},
		{macHexOfMessage, "HMAC of the message in hex", seldom},
		{macOfMAC, "HMAC of the right digest", rare},
		{macOfMACHex, "HMAC of the right signature", rare},
		{macOfMACLower, "HMAC of the right signature in lower case", rare},
		{macHashed, "a hash of the right digest", rare},
	}
	list := make([]mistake[form], 0, len(macs))
	for i, k := range macs {
		m := mistake[form]{
			id: "plain-hash", what: k.what, why: plain, fix: fixDigest, cost: k.cost,
			do: func(f form) (form, bool) {
				changed := f.mac != k.mac
				f.mac = k.mac
				return f, changed
			},
		}
		if k.mac == macSwapped {
			m.id, m.why = "key-swapped", "the arguments of the HMAC function are in the wrong order: the secret is the key"
			m.symptom = "The message is passed as the key, and the secret as the data."
		} else if i == 0 {
			m.symptom = "The code computes `sha1(secret + message)` or a digest of a digest, not HMAC."
		}
		list = append(list, m)
	}
	return list
}
