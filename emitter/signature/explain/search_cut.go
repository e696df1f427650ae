package explain

import (
	"crypto/hmac"
	"crypto/sha1"
	"fmt"
)

// The bounds of the search for a body that is cut: its size in bytes, and the number of guesses.
const (
	maxCutBytes = 64 << 10
	maxCuts     = 50_000
)

// runCut looks for a body that is cut: the signature is the one of its first bytes. It tries every length.
func (s *search) runCut(g *guesses) (fit, bool) {
	body := g.bodies[0][0].value
	if len(body) > maxCutBytes {
		return fit{}, false
	}
	forms := append(append([]candidate[form](nil), g.forms[0]...), first(g.forms[likely], 2)...)
	urls := append(append([]candidate[string](nil), g.urls[0]...), first(g.urls[likely], 12)...)
	for i := range forms {
		f := forms[i].value
		if f.mac != macHMAC || f.order != "MUB" && f.order != "B" && f.order != "UB" {
			continue
		}
		for u := range urls {
			if u > 0 && !f.usesURL() {
				break
			}
			for _, kind := range s.target.kinds {
				if found, ok := s.cutAt(&trial{f, g.secrets[0][0].value, urls[u].value, body}, kind); ok {
					found.url, found.message = urls[u].steps, forms[i].steps
					return found, true
				}
			}
		}
	}
	return fit{}, false
}

func (s *search) cutAt(t *trial, kind *hashKind) (fit, bool) {
	h := hmac.New(kind.new, []byte(t.secret))
	h.Write(t.form.append(nil, t.url, ""))
	var sum []byte
	for n := range len(t.body) {
		if s.cuts++; s.cuts > maxCuts {
			break
		}
		h.Write([]byte{t.body[n]})
		sum = h.Sum(sum[:0])
		if f, ok := s.matches(sum, kind); ok {
			f.trial = *t
			f.trial.body = t.body[:n+1]
			f.body = []step{{
				id: "body-cut", what: fmt.Sprintf("the first %d of %d bytes of the body", n+1, len(t.body)), fix: fixRawBody,
				why: "the end of the body was not read (a Content-Length in characters, a buffer that is too short?)",
			}}
			if readable(f.trial.body) {
				f.body[0].why = "the body given here goes on after the end of the signed one (a Content-Length that is too large, two bodies in one file?)"
			}
			return f, true
		}
	}
	return fit{}, false
}

func first[T any](list []T, n int) []T { return list[:min(n, len(list))] }

// runShortened looks for the digest of a longer hash that was cut to the length of SHA-1.
func (s *search) runShortened(g *guesses) (fit, bool) {
	forms := append(append([]candidate[form](nil), g.forms[0]...), first(g.forms[likely], 4)...)
	urls := append(append([]candidate[string](nil), g.urls[0]...), first(g.urls[likely], 12)...)
	const size = sha1.Size
	for i := range hashKinds {
		kind := &hashKinds[i]
		if kind.size <= size {
			continue
		}
		for _, message := range forms {
			for _, url := range urls {
				t := trial{message.value, g.secrets[0][0].value, url.value, g.bodies[0][0].value}
				digest := t.digest(kind.new)
				for part, digits := range map[string][]byte{"first": digest[:size], "last": digest[len(digest)-size:]} {
					if r := s.target.readings[string(digits)]; r != nil {
						what := fmt.Sprintf("has only the %s %d of %d digits", part, 2*size, 2*kind.size)
						return fit{trial: t, kind: kind, reading: r, damageID: "header-truncated", damage: what, url: url.steps, message: message.steps}, true
					}
				}
			}
		}
	}
	return fit{}, false
}
