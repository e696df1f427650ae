package exchange

import (
	"net/textproto"
	"strings"
)

// zapierSample holds the fields of the sample of a Catch Raw Hook in Zapier. A Catch Hook has parsed the body.
type zapierSample struct {
	RawBody     savedBody `json:"raw_body"`
	Headers     savedHeaders
	Querystring string
}

func isZapier(in *input) bool { return in.has("raw_body") }

func readZapier(in *input) ([]Recording, error) {
	var s zapierSample
	if err := in.decode(&s); err != nil {
		return nil, err
	}
	r := Recording{Request: Request{Method: "POST"}}
	flat := savedHeaders{}
	for name, value := range in.fields { // a flat sample has header names such as headers__http_x_artibot_signature
		if rest, ok := strings.CutPrefix(name, "headers__"); ok {
			var text savedBody
			_ = text.UnmarshalJSON(value)
			plain, _ := text.bytes(false)
			flat = append(flat, Header{rest, string(plain)})
		}
	}
	for _, h := range append(s.Headers, flat...) {
		r.addHeader(zapierName(h.Name), h.Value)
	}
	r.Request.Target = "/"
	if s.Querystring != "" {
		r.Request.Target += "?" + strings.TrimPrefix(s.Querystring, "?")
	}
	return []Recording{r}, r.setSaved(s.RawBody, false)
}

// zapierName returns the name of a header that Zapier shows in the style of CGI, such as http_x_artibot_signature.
func zapierName(name string) string {
	cgi := strings.ToLower(name)
	for _, prefix := range []string{"http_", "http-"} {
		if rest, ok := strings.CutPrefix(cgi, prefix); ok {
			return textproto.CanonicalMIMEHeaderKey(strings.ReplaceAll(rest, "_", "-"))
		}
	}
	return strings.ReplaceAll(name, "_", "-")
}
