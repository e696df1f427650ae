package exchange

import (
	"cmp"
	"strings"
)

// savedObject holds the fields of a request that a logger wrote as a JSON object, under the names in use.
type savedObject struct {
	Method, HTTPMethod        string
	URL, URI, OriginalURL     string
	Path                      string
	Headers                   savedHeaders
	Body, RawBody             savedBody
	Content                   savedBody
	BodyBase64                savedBody `json:"body_base64"`
	IsBase64Encoded           bool
	Encoding                  string
	Time, Timestamp, Received string
}

// isObject recognises an object with headers and a body or a URL.
func isObject(in *input) bool {
	one := func(names ...string) bool {
		for _, name := range names {
			if in.has(name) {
				return true
			}
		}
		return false
	}
	return in.has("headers") && one("method", "httpMethod", "url") && one("method", "url", "uri", "originalUrl", "path", "body", "rawBody", "content", "body_base64")
}

func readObject(in *input) ([]Recording, error) {
	var o savedObject
	if err := in.decode(&o); err != nil {
		return nil, err
	}
	r := Recording{Request: Request{Method: strings.ToUpper(cmp.Or(o.Method, o.HTTPMethod, "POST"))}, Time: savedTime(cmp.Or(o.Time, o.Timestamp, o.Received))}
	r.addSaved(o.Headers)
	switch url := cmp.Or(o.URL, o.URI, o.OriginalURL, o.Path); {
	case strings.HasPrefix(url, "/"):
		r.Request.Target = url
	default:
		r.URL = url
	}
	for _, b := range []savedBody{o.RawBody, o.Body, o.Content} {
		if b.saved {
			return []Recording{r}, r.setSaved(b, o.IsBase64Encoded || o.Encoding == "base64")
		}
	}
	return []Recording{r}, r.setSaved(o.BodyBase64, true)
}
