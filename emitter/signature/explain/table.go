package explain

import "slices"

// Mistake is a kind of mistake: a row of docs/signature.md.
type Mistake struct {
	ID      string
	Symptom string
	Signed  []string // what is signed because of the mistake; empty if it is part of the causes
	Causes  []string
	Fix     string // the ID of a Fix
}

// Mistakes returns the mistakes that Mismatch knows, by the part of the signature.
func Mistakes() []Mistake {
	list := rows(bodyMistakes())
	list = append(list, rows(urlMistakes())...)
	list = append(list, rows(secretMistakes())...)
	list = append(list, rows(messageMistakes(urlForm("POST")))...)
	return append(list, slices.Clone(visible)...)
}

// rows joins the variants of a mistake.
func rows[T comparable](mistakes []mistake[T]) []Mistake {
	var list []Mistake
	for i := range mistakes {
		m := &mistakes[i]
		at := len(list) - 1
		if m.symptom == "" {
			at = slices.IndexFunc(list, func(row Mistake) bool { return row.ID == m.id })
			if at >= 0 && list[len(list)-1].ID == m.id {
				at = len(list) - 1
			}
		}
		if m.symptom != "" || at < 0 {
			list = append(list, Mistake{ID: m.id, Symptom: m.symptom, Fix: string(m.fix)})
			at = len(list) - 1
		}
		list[at].Signed = appendNew(list[at].Signed, m.what)
		list[at].Causes = appendNew(list[at].Causes, m.why)
	}
	return list
}

// visible are the mistakes that are recognised without a list: what is wrong can be seen in the header, the URL or the body.
var visible = []Mistake{
	{"url-raw", "The code signs the URL as it was typed: with a space, `:443` or `#`.", nil, []string{rawWhy}, string(fixURL)},
	{"url-normalised", "The signature is right, but the URL given has another spelling.", nil, []string{"ArtiBot signs the normal form of the URL"}, string(fixURL)},
	{"other-url", "The webhook has another URL than the receiver knows.", nil, []string{otherWhy, movedWhy}, string(fixURL)},
	{"proxy", "A proxy sends the original URL in `Forwarded`, `X-Forwarded-…`, `X-Original-URL` or `X-Rewrite-URL`.", nil, []string{"the receiver signs the URL that the proxy requests"}, string(fixURL)},
	{"url-path", "The URL given is only a path, such as `/api/hook`.", nil, []string{"the content of Node's `req.url` is not the whole URL"}, string(fixURL)},
	{"url-bad", "The URL given cannot be a webhook's.", nil, []string{"it is a path, or it has no host, or no valid one"}, string(fixURL)},
	{"body-cut", "The body ends too early, or goes on after its end.", nil, []string{"a `Content-Length` in characters, a buffer that is too short or too long"}, string(fixRawBody)},
	{"body-printed", "The body is what a programming language prints for an object: `[object Object]`, `<Buffer …>`, `Array`, `map[…]`, `{lead={…}}`.", nil, []string{alreadyRead}, string(fixRawBody)},
	{"body-not-json", "The body is not JSON.", nil, []string{"the framework parsed a form, or the body is of another request"}, string(fixRawBody)},
	{"body-not-event", "The body is JSON, but no event.", nil, []string{"the code holds another object than the body of the request"}, string(fixRawBody)},
	{"body-changed", "The body is an event with something added, removed or renamed.", nil, []string{"a model, a filter or a middleware changed it"}, string(fixRawBody)},
	{"header-missing", "There is no signature.", nil, []string{"the header was not sent, or a proxy dropped it"}, string(fixHeader)},
	{"header-truncated", "The header is the beginning of the right one.", nil, []string{"a column or a copy is too short"}, string(fixHeader)},
	{"header-form", "The digits are right, but the header has something around or between them, or a wrong character.", nil, []string{"quotes, brackets, a prefix, base64, a typing error"}, string(fixHeader)},
	{"header-length", "The header has another number of digits than 40.", nil, []string{"it is cut, or another hash was used"}, string(fixHeader)},
	{"header-not-hex", "The header is not hex.", nil, []string{"it is not a signature, or it has a stray character"}, string(fixHeader)},
	{"other-hash", "The digest has the length of SHA-256, SHA-512, SHA-384, SHA-224 or MD5.", nil, []string{"ArtiBot signs with HMAC-SHA1"}, string(fixDigest)},
	{"no-fit", "Nothing fits, and header, URL and body have ArtiBot's form.", nil, []string{"the signed URL is not known, or the secret differs"}, string(fixSecret)},
}
