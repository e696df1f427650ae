package explain

import (
	"strings"

	"artihook/emitter/signature"
)

// urlGuess is a URL that may have been signed, and how it deviates from the one expected.
type urlGuess struct {
	urlPieces
	id, why string
	core    bool // likely enough to be combined with every other edit
	rare    bool // so unlikely that it is tried alone only
}

// urlPieces is a URL cut where people change it.
type urlPieces struct {
	scheme string // empty when only a piece of the URL was signed
	host   string
	port   string // as written; empty when there is none
	path   string
	query  string // with its question mark
}

func cutURL(u signature.URL) urlPieces {
	host, port := u.Host, ""
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') { // an IPv6 host has brackets
		host, port = host[:i], host[i+1:]
	}
	path, query := u.Target, ""
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path, query = path[:i], path[i:]
	}
	return urlPieces{u.Scheme, host, port, path, query}
}

func (p urlPieces) String() string {
	text := p.host
	if p.port != "" {
		text += ":" + p.port
	}
	if p.scheme != "" {
		text = p.scheme + "://" + text
	}
	return text + p.path + p.query
}

func (g urlGuess) change() change {
	url := g.String()
	return change{part: partURL, value: url, id: g.id, what: showURL(url), why: g.why, alone: g.rare}
}

// urlChanges lists the URLs that differ from the expected one in one thing.
func urlChanges(c Claim, expected string) []change {
	seen := map[string]bool{expected: true}
	var changes []change
	add := func(one change) {
		if !seen[one.value] {
			seen[one.value] = true
			changes = append(changes, one)
		}
	}
	u, err := signature.ParseURL(expected)
	if err == nil {
		for _, guess := range urlEdits(cutURL(u)) {
			add(guess.change())
		}
	}
	for _, raw := range rawURLs(c.Message.URL, u) {
		add(change{part: partURL, value: raw, id: "url-raw", what: showURL(raw), why: rawWhy})
	}
	for _, other := range otherURLs(c.AlsoURLs, u) {
		add(other.change())
	}
	for _, raw := range c.AlsoURLs {
		add(change{part: partURL, value: raw, id: "other-url", what: showURL(raw), why: otherWhy})
	}
	return changes
}

// urlPairs lists the URLs that differ in two things, and those that differ in up to two from another URL given.
func urlPairs(c Claim, expected string) []change {
	seen := map[string]bool{expected: true}
	var changes []change
	add := func(guess urlGuess) {
		if one := guess.change(); !seen[one.value] {
			seen[one.value] = true
			changes = append(changes, one)
		}
	}
	u, err := signature.ParseURL(expected)
	bases := otherURLs(c.AlsoURLs, u)
	if err == nil {
		bases = append([]urlGuess{{urlPieces: cutURL(u)}}, bases...)
	}
	for _, base := range bases {
		for _, first := range urlEdits(base.urlPieces) {
			if base.id != "" {
				add(base.and(first))
			}
			for _, second := range urlEdits(first.urlPieces) {
				if combines(first, second) && (base.id == "" || first.core && second.core) {
					add(base.and(first).and(second))
				}
			}
		}
	}
	return changes
}

// combines keeps the pairs sensible: one of the two is likely, and neither undoes the other.
func combines(first, second urlGuess) bool {
	return (first.core || second.core) && first.id != second.id && !first.rare && !second.rare
}

// and joins a further deviation to a guess.
func (g urlGuess) and(next urlGuess) urlGuess {
	if g.id != "" {
		next.id = g.id + "+" + next.id
		next.why = g.why + "; " + next.why
	}
	next.rare = true
	return next
}

const (
	rawWhy   = "that is the URL as it was given; ArtiBot signs its normal form"
	otherWhy = "that is the other URL given, so give the receiver this one as its public URL"
)

// rawURLs gives the URL as it came, and with only its origin brought into normal form.
func rawURLs(raw string, u signature.URL) []string {
	raws := []string{raw, strings.TrimSpace(raw)}
	if _, rest, ok := strings.Cut(strings.TrimSpace(raw), "://"); ok && u != (signature.URL{}) {
		rest, _, _ = strings.Cut(rest, "#")
		target := "/"
		if i := strings.IndexAny(rest, "/?"); i >= 0 && rest[i] == '/' {
			target = rest[i:]
		} else if i >= 0 {
			target += rest[i:]
		}
		raws = append(raws, u.Scheme+"://"+u.Host+target)
	}
	return raws
}

// otherURLs gives the other URLs in normal form, and their origins with the path and query of u.
func otherURLs(others []string, u signature.URL) []urlGuess {
	var guesses []urlGuess
	for _, other := range others {
		o, err := signature.ParseURL(other)
		if err != nil {
			continue
		}
		guesses = append(guesses, urlGuess{urlPieces: cutURL(o), id: "other-url", why: otherWhy})
		if u == (signature.URL{}) {
			continue
		}
		moved := signature.URL{Scheme: o.Scheme, Host: o.Host, Target: u.Target}
		guesses = append(guesses, urlGuess{
			urlPieces: cutURL(moved),
			id:        "other-url",
			why:       "that is this path at the other host given (a tunnel or a proxy in front?)",
		})
	}
	return guesses
}
