package explain

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// The bounds of one search: a few thousand guesses, and for large bodies the bytes that are hashed.
const (
	maxTrials = 6000
	maxHashed = 256 << 20
)

// trial is one guess at what was signed.
type trial struct {
	form   form
	secret string
	method string
	url    string
	body   string
}

// part is what a change changes. Two changes of the same part are not combined.
type part uint8

const (
	partURL part = iota
	partForm
	partMethod
	partSecret
	partBody
)

// change is one deviation from what should have been signed.
type change struct {
	part  part
	value string // the new URL, method, secret or body
	form  form   // the new form, of partForm
	id    string
	what  string // names what the signature fits then
	why   string // the plain human consequence
	alone bool   // too unlikely, or already too composed, to be combined with others
}

func (c change) apply(t trial) trial {
	switch c.part {
	case partURL:
		t.url = c.value
	case partForm:
		t.form = c.form
	case partMethod:
		t.method = c.value
	case partSecret:
		t.secret = c.value
	case partBody:
		t.body = c.value
	}
	return t
}

// form says how the message and the digest are put together.
type form uint8

const (
	formURL        form = iota // HMAC over METHOD&URL&BODY
	formBody                   // HMAC over the body
	formNoMethod               // HMAC over URL&BODY
	formJoined                 // HMAC over METHOD, URL, BODY without separators
	formLines                  // HMAC over METHOD, URL, BODY on lines
	formPlain                  // hash of METHOD&URL&BODY, no secret
	formPlainBody              // hash of the body, no secret
	formSecretBody             // hash of secret and body, not an HMAC
	formBodySecret             // hash of body and secret, not an HMAC
)

func (f form) usesURL() bool {
	switch f {
	case formBody, formPlainBody, formSecretBody, formBodySecret:
		return false
	}
	return true
}

func (f form) usesMethod() bool { return f.usesURL() && f != formNoMethod }

func (f form) usesSecret() bool { return f != formPlain && f != formPlainBody }

// depends says whether a change of this part can make a difference under the form.
func (f form) depends(p part) bool {
	switch p {
	case partURL:
		return f.usesURL()
	case partMethod:
		return f.usesMethod()
	case partSecret:
		return f.usesSecret()
	}
	return true
}

// pieces gives what goes through the hash, in order.
func (t trial) pieces() []string {
	switch t.form {
	case formBody, formPlainBody:
		return []string{t.body}
	case formNoMethod:
		return []string{t.url, "&", t.body}
	case formJoined:
		return []string{t.method, t.url, t.body}
	case formLines:
		return []string{t.method, "\n", t.url, "\n", t.body}
	case formSecretBody:
		return []string{t.secret, t.body}
	case formBodySecret:
		return []string{t.body, t.secret}
	}
	return []string{t.method, "&", t.url, "&", t.body}
}

// digest computes what the header would hold.
func (t trial) digest(newHash func() hash.Hash) []byte {
	var h hash.Hash
	switch t.form {
	case formPlain, formPlainBody, formSecretBody, formBodySecret:
		h = newHash()
	default:
		h = hmac.New(newHash, []byte(t.secret))
	}
	for _, piece := range t.pieces() {
		h.Write([]byte(piece))
	}
	return h.Sum(nil)
}

// hashKind is told by a digest's length.
type hashKind uint8

const (
	hashSHA1 hashKind = iota
	hashSHA256
	hashSHA512
	hashMD5
)

func hashOf(digest []byte) (kind hashKind, ok bool) {
	switch len(digest) {
	case sha1.Size:
		return hashSHA1, true
	case sha256.Size:
		return hashSHA256, true
	case sha512.Size:
		return hashSHA512, true
	case md5.Size:
		return hashMD5, true
	}
	return 0, false
}

func (k hashKind) String() string { return [...]string{"SHA1", "SHA256", "SHA512", "MD5"}[k] }

func (k hashKind) new() hash.Hash {
	switch k {
	case hashSHA256:
		return sha256.New()
	case hashSHA512:
		return sha512.New()
	case hashMD5:
		return md5.New()
	}
	return sha1.New()
}

// search looks for the guess that gives the digest.
type search struct {
	digest  []byte
	newHash func() hash.Hash
	tried   int
	hashed  int
}

// fit is a guess that the digest proves, and how it deviates.
type fit struct {
	trial   trial
	changes []change
}

func newSearch(digest []byte) *search {
	kind, _ := hashOf(digest)
	return &search{digest: digest, newHash: kind.new}
}

func (s *search) fits(t trial) bool {
	s.tried++
	for _, piece := range t.pieces() {
		s.hashed += len(piece)
	}
	return hmac.Equal(s.digest, t.digest(s.newHash))
}

func (s *search) spent() bool { return s.tried >= maxTrials || s.hashed >= maxHashed }

// run tries the base, then single changes, then pairs.
func (s *search) run(c Claim, base trial) (fit, bool) {
	if s.fits(base) {
		return fit{trial: base}, true
	}
	singles := changesOf(c, base)
	for _, one := range singles {
		if !base.form.depends(one.part) || s.spent() {
			continue
		}
		if t := one.apply(base); s.fits(t) {
			return fit{t, []change{one}}, true
		}
	}
	if base.form.usesURL() {
		for _, two := range urlPairs(c, base.url) {
			if t := two.apply(base); !s.spent() && s.fits(t) {
				return fit{t, []change{two}}, true
			}
		}
	}
	return s.pairs(base, singles)
}

// pairs tries any two changes of different parts.
func (s *search) pairs(base trial, singles []change) (fit, bool) {
	for i, one := range singles {
		first := one.apply(base)
		for _, two := range singles[i+1:] {
			if one.alone || two.alone || one.part == two.part {
				continue
			}
			t := two.apply(first)
			if !t.form.depends(one.part) || !t.form.depends(two.part) {
				continue
			}
			if s.spent() {
				return fit{}, false
			}
			if s.fits(t) {
				return fit{t, []change{one, two}}, true
			}
		}
	}
	return fit{}, false
}
