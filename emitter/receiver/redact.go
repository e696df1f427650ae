package receiver

import (
	"net/http"
	"slices"

	"artihook/emitter/signature"
)

// Redacted returns the arrival with the secret masked wherever the sender put it. The signature may not fit the masked
// arrival.
func (a Arrival) Redacted(secret signature.Secret) Arrival {
	header := make(http.Header, len(a.Header))
	for name, values := range a.Header {
		name = secret.RedactText(name)
		for _, value := range values {
			header[name] = append(header[name], secret.RedactText(value))
		}
	}
	a.Header = header
	a.Body = secret.Redact(a.Body)
	for _, text := range []*string{&a.Method, &a.URL, &a.Reason, &a.Summary.Event, &a.Summary.Lead} {
		*text = secret.RedactText(*text)
	}
	a.Flaws = slices.Clone(a.Flaws)
	for i := range a.Flaws {
		a.Flaws[i].Path, a.Flaws[i].Text = secret.RedactText(a.Flaws[i].Path), secret.RedactText(a.Flaws[i].Text)
	}
	return a
}
