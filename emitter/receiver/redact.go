package receiver

import (
	"net/http"
	"slices"

	"artihook/emitter/signature"
)

// Redacted returns the arrival with the secret masked wherever the sender put it. The signature may not fit the masked
// arrival.
func (a Arrival) Redacted(secret signature.Secret) Arrival {
	a.Header = redactHeader(a.Header, secret)
	a.Body = secret.Redact(a.Body)
	if a.Response != nil {
		a.Response = &Response{a.Response.Status, redactHeader(a.Response.Header, secret), secret.Redact(a.Response.Body)}
	}
	if a.Forwarded != nil {
		a.Forwarded = &Forwarded{secret.RedactText(a.Forwarded.URL), a.Forwarded.SignedAgain, a.Forwarded.Err}
	}
	for _, text := range []*string{&a.Method, &a.URL, &a.Reason, &a.Summary.Event, &a.Summary.Lead} {
		*text = secret.RedactText(*text)
	}
	a.Flaws = slices.Clone(a.Flaws)
	for i := range a.Flaws {
		a.Flaws[i].Path, a.Flaws[i].Text = secret.RedactText(a.Flaws[i].Path), secret.RedactText(a.Flaws[i].Text)
	}
	return a
}

func redactHeader(header http.Header, secret signature.Secret) http.Header {
	redacted := make(http.Header, len(header))
	for name, values := range header {
		name = secret.RedactText(name)
		for _, value := range values {
			redacted[name] = append(redacted[name], secret.RedactText(value))
		}
	}
	return redacted
}
