package explain

import (
	"fmt"
	"strings"
)

// unproven returns the most likely cause if nothing fits. The secret is the last one.
func (c *Claim) unproven(h *header, s *search, g *guesses, urlErr error) Finding {
	form := c.Contract.classify(string(c.Message.Body))
	bodyText := "the body given here " + form.text
	f, malformed := h.malformed(c.Secret)
	switch {
	case malformed:
		f.Fix = fixOf(fixHeader)
		if form.id != "" && f.ID != "header-missing" {
			f.Notes = append(f.Notes, bodyText)
		}
	case form.id != "":
		f = Finding{ID: form.id, Text: "nothing fits, and " + bodyText, Fix: fixOf(fixRawBody)}
		if form.id == "body-lost" || form.id == "body-printed" {
			f.Text += ": " + alreadyRead
		}
	case urlErr != nil:
		f = Finding{ID: "url-bad", Text: "nothing fits, and " + badURL(c.Message.URL, urlErr), Fix: fixOf(fixURL)}
	default:
		f = c.unknown(s)
	}
	if !malformed {
		f.Notes = append(f.Notes, tried(s, g))
	}
	f.Text = c.redacted(f.Text)
	for i := range f.Notes {
		f.Notes[i] = c.redacted(f.Notes[i])
	}
	return f
}

// unknown returns the finding for a claim in which body, URL and header are well-formed.
func (c *Claim) unknown(s *search) Finding {
	if c.Secret.Empty() {
		return Finding{ID: "no-fit", Text: fmt.Sprintf("nothing fits (%d guesses): no secret is given here, and the sender seems to have one", s.tried)}
	}
	text := fmt.Sprintf("nothing fits (%d guesses)", s.tried)
	if c.Contract.Altered != nil {
		text += "; body, URL and header have ArtiBot's form"
	}
	if !c.usesURL() {
		return Finding{ID: "no-fit", Text: text + ": most likely the secret differs", Fix: fixOf(fixSecret)}
	}
	text += ": the signature is for another URL, or for a body with other values, or was computed in another way that is not known here, or the secret differs"
	if p := splitURL(c.Message.URL); isLocal(p.host) {
		text = fmt.Sprintf("nothing fits (%d guesses): if a tunnel or a proxy is in front of %s, the signature is for the public URL, which is not known here; otherwise the secret differs",
			s.tried, showURL(p.scheme+"://"+p.host))
	}
	return Finding{ID: "no-fit", Text: text}
}

func (c *Claim) usesURL() bool { t, _ := c.base(); return t.form.usesURL() }

// isLocal reports whether a host is the own machine or a private name, so that another address must be public.
func isLocal(host string) bool {
	for _, name := range loopbackNames {
		if strings.EqualFold(host, name) {
			return true
		}
	}
	for _, prefix := range []string{"10.", "192.168.", "127.", "172.16.", "172.17.", "172.18.", "172.19.", "172.2", "172.30.", "172.31."} {
		if strings.HasPrefix(host, prefix) && strings.Trim(host, "0123456789.") == "" {
			return true
		}
	}
	return host != "" && !strings.ContainsAny(host, ".:") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal")
}

// tried lists what was tried, in groups.
func tried(s *search, g *guesses) string {
	if g.bodies == nil {
		return "nothing was tried, because the header contains no digest"
	}
	return fmt.Sprintf("tried: %d forms of the body, %d URLs, %d forms of the secret, %d ways to put the message together, and combinations of them (%d guesses)",
		g.bodies.len(), g.urls.len(), g.secrets.len(), g.forms.len(), s.tried)
}
