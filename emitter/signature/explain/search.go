package explain

import (
	"crypto/hmac"
	"encoding/hex"
	"hash"
	"strings"
)

// The bounds of one search: the number of guesses, and for large bodies the number of bytes that are hashed.
const (
	maxTrials = 30_000
	maxHashed = 96 << 20
	maxTotal  = maxCost + 1 // the sum of the costs of a guess
)

// target is what the digest of a guess is compared with.
type target struct {
	readings map[string]*digestReading // by digest
	damaged  string                    // the header in lower case if it may be a damaged digest, otherwise ""
	kinds    []*hashKind
}

func newTarget(h *header) *target {
	t := &target{readings: map[string]*digestReading{}}
	for i := range h.readings {
		r := &h.readings[i]
		if t.readings[string(r.digest)] == nil {
			t.readings[string(r.digest)] = r
		}
		t.addKind(r.kind)
	}
	if mostlyHex(h.text) {
		t.damaged = strings.ToLower(h.text)
	}
	if len(t.kinds) == 0 && t.damaged != "" {
		kind := &hashKinds[0]
		for i := 1; i < 3 && len(t.damaged) > 2*kind.size+4; i++ {
			kind = &hashKinds[i]
		}
		t.addKind(kind)
	}
	return t
}

func (t *target) addKind(kind *hashKind) {
	for _, known := range t.kinds {
		if known == kind {
			return
		}
	}
	t.kinds = append(t.kinds, kind)
}

// fit is a guess that the header proves, and the mistakes that led to it.
type fit struct {
	trial                      trial
	kind                       *hashKind
	reading                    *digestReading // nil if the header is damaged
	damageID, damage           string
	body, url, secret, message []step
}

// search compares guesses with the target.
type search struct {
	target *target
	tried  int // guesses
	hashed int // bytes
	cuts   int // lengths of a body

	// The HMAC of the last guess, for the next one with the same secret, and a buffer for messages.
	mac     hash.Hash
	secret  string
	kind    *hashKind
	message []byte
	sum     []byte
}

// digest returns the digest of a trial. The next call overwrites it.
func (s *search) digest(t *trial, kind *hashKind) []byte {
	if t.form.mac != macHMAC {
		return t.digest(kind.new)
	}
	if s.mac == nil || s.secret != t.secret || s.kind != kind {
		s.mac, s.secret, s.kind = hmac.New(kind.new, []byte(t.secret)), t.secret, kind
	}
	s.message = t.form.append(s.message[:0], t.url, t.body)
	s.mac.Reset()
	s.mac.Write(s.message)
	s.sum = s.mac.Sum(s.sum[:0])
	return s.sum
}

func (s *search) spent() bool { return s.tried >= maxTrials || s.hashed >= maxHashed }

// fits reports whether the header is a signature of the trial.
func (s *search) fits(t *trial) (fit, bool) {
	s.tried++
	for _, kind := range s.target.kinds {
		s.hashed += len(t.url) + len(t.body)
		if f, ok := s.matches(s.digest(t, kind), kind); ok {
			f.trial = *t
			return f, true
		}
	}
	return fit{}, false
}

func (s *search) matches(digest []byte, kind *hashKind) (fit, bool) {
	if r := s.target.readings[string(digest)]; r != nil {
		return fit{kind: kind, reading: r}, true
	}
	if s.target.damaged == "" {
		return fit{}, false
	}
	var buffer [2 * maxDigest]byte
	text := hex.AppendEncode(buffer[:0], digest)
	if !shareDigits(s.target.damaged, text) {
		return fit{}, false
	}
	if id, what := damage(s.target.damaged, string(text)); what != "" {
		return fit{kind: kind, damageID: id, damage: what}, true
	}
	return fit{}, false
}

// guesses are the candidates for each part of what was signed.
type guesses struct {
	bodies  *byCost[string]
	urls    *byCost[string]
	secrets *byCost[string]
	forms   *byCost[form]
}

// run tries the combinations of all candidates, the cheapest first.
func (s *search) run(g *guesses) (fit, bool) {
	for total := range maxTotal + 1 {
		for ofForm := range min(total, maxCost) + 1 {
			for i := range g.forms[ofForm] {
				if f, ok := s.runForm(g, &g.forms[ofForm][i], total-ofForm); ok {
					return f, true
				}
			}
		}
	}
	return fit{}, false
}

// runForm tries the combinations of body, URL and secret with this sum of costs. A part that the form does not use is not
// varied.
func (s *search) runForm(g *guesses, message *candidate[form], total cost) (fit, bool) {
	f := message.value
	for ofBody := range min(total, maxCost) + 1 {
		for ofURL := range min(total-ofBody, maxCost) + 1 {
			ofSecret := total - ofBody - ofURL
			if ofSecret > maxCost || ofBody > 0 && !f.usesBody() || ofURL > 0 && !f.usesURL() || ofSecret > 0 && !f.usesSecret() {
				continue
			}
			for b := range g.bodies[ofBody] {
				body := &g.bodies[ofBody][b]
				for u := range g.urls[ofURL] {
					url := &g.urls[ofURL][u]
					for k := range g.secrets[ofSecret] {
						if s.spent() {
							return fit{}, false
						}
						secret := &g.secrets[ofSecret][k]
						if found, ok := s.fits(&trial{f, secret.value, url.value, body.value}); ok {
							found.body, found.url, found.secret, found.message = body.steps, url.steps, secret.steps, message.steps
							return found, true
						}
					}
				}
			}
		}
	}
	return fit{}, false
}
