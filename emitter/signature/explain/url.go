package explain

import (
	"fmt"
	"strconv"
	"strings"

	"artihook/emitter/signature"
)

// maxURLs is the maximum number of URLs that are derived from those given.
const maxURLs = 3000

// urlParts is a URL in the parts that people and programs change. Without a scheme, it is a piece of a URL.
type urlParts struct {
	scheme   string
	user     string // with its @
	host     string
	port     string // as written; empty if there is none
	path     string
	query    string // with its question mark
	fragment string // with its #
}

// splitURL splits any text, without changing its spelling.
func splitURL(text string) (p urlParts) {
	rest := text
	if i := strings.Index(rest, "://"); i >= 0 {
		p.scheme, rest = rest[:i], rest[i+len("://"):]
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		p.host, rest = rest[:end], rest[end:]
		if at := strings.LastIndexByte(p.host, '@'); at >= 0 {
			p.user, p.host = p.host[:at+1], p.host[at+1:]
		}
		if colon := strings.LastIndexByte(p.host, ':'); colon > strings.LastIndexByte(p.host, ']') { // an IPv6 host has brackets
			p.host, p.port = p.host[:colon], p.host[colon+1:]
		}
	}
	if i := strings.IndexByte(rest, '#'); i >= 0 {
		rest, p.fragment = rest[:i], rest[i:]
	}
	if i := strings.IndexByte(rest, '?'); i >= 0 {
		rest, p.query = rest[:i], rest[i:]
	}
	p.path = rest
	return p
}

func (p urlParts) String() string {
	text := p.user + p.host
	if p.port != "" {
		text += ":" + p.port
	}
	if p.scheme != "" {
		text = p.scheme + "://" + text
	}
	return text + p.path + p.query + p.fragment
}

// target returns path and query.
func (p urlParts) target() string { return p.path + p.query }

const (
	rawWhy   = "that is the spelling of the URL as it was given; ArtiBot signs its normal form"
	otherWhy = "that is the other URL given, so configure it as the receiver's public URL"
	movedWhy = "that is this path at the other host given (a tunnel or a proxy in front?)"
)

// urlCandidates returns the URLs that may have been signed.
func (c *Claim) urlCandidates(base string) *byCost[string] {
	parts := expand(c.urlSeeds(base), urlMistakes(), expansion[urlParts]{most: maxURLs})
	var urls byCost[string]
	for paid, list := range parts {
		for _, candidate := range list {
			urls[paid] = append(urls[paid], candidateText(candidate))
		}
	}
	return &urls
}

// candidateText names the URL in the first of the steps.
func candidateText(c candidate[urlParts]) byText {
	text := c.value.String()
	steps := c.steps
	if len(steps) > 0 {
		steps = append([]step(nil), steps...)
		steps[0].what = showURL(text)
		for i := range steps[1:] {
			steps[i+1].what = ""
		}
	}
	return byText{text, c.cost, steps}
}

type byText = candidate[string]

// urlSeeds returns the URLs that are known: the message's in its normal form and as it was given, the others of the claim,
// and those of the proxy's headers.
func (c *Claim) urlSeeds(base string) []candidate[urlParts] {
	expected := splitURL(base)
	seeds := []candidate[urlParts]{{value: expected}}
	add := func(p urlParts, paid cost, id, why string, fix fixID) {
		seeds = append(seeds, candidate[urlParts]{p, paid, []step{{id: id, why: why, fix: fix}}})
	}
	given := strings.TrimSpace(c.Message.URL)
	for _, spelled := range []string{c.Message.URL, given} {
		add(splitURL(spelled), likely, "url-raw", rawWhy+spelling(spelled, base), fixURL)
	}
	withoutFragment := splitURL(given)
	withoutFragment.fragment, withoutFragment.user = "", ""
	add(withoutFragment, likely, "url-raw", rawWhy, fixURL)
	withoutFragment.scheme, withoutFragment.host, withoutFragment.port = expected.scheme, expected.host, expected.port
	if withoutFragment.path == "" {
		withoutFragment.path = "/"
	}
	add(withoutFragment, likely, "url-raw", rawWhy, fixURL)
	for _, other := range c.AlsoURLs {
		if u, err := signature.ParseURL(other); err == nil {
			p := splitURL(u.String())
			add(p, likely, "other-url", otherWhy, fixURL)
			p.path, p.query = expected.path, expected.query
			add(p, likely, "other-url", movedWhy, fixURL)
		}
		add(splitURL(other), seldom, "other-url", otherWhy, fixURL)
	}
	for _, p := range proxyURLs(c.RequestHeader, expected) {
		add(p.parts, p.cost, "proxy", "that is the URL of the header "+p.header+", which a proxy in front of the receiver adds", fixURL)
	}
	if expected.scheme == "" && strings.HasPrefix(expected.path, "/") {
		for _, origin := range []string{"http://localhost", "https://localhost", "http://127.0.0.1"} {
			for _, port := range append([]string{""}, commonPorts...) {
				p := splitURL(origin + expected.target())
				p.port = port
				add(p, seldom, "url-path", "the URL given is only a path; ArtiBot signs the whole URL", fixURL)
			}
		}
	}
	return seeds
}

// spelling describes where a URL differs from its normal form, as the end of a sentence. It shows no more of the URL than
// that, because a query can contain a token.
func spelling(given, normal string) string {
	const most = 8
	start, end := commonEnds(given, normal)
	a, b := given[start:len(given)-end], normal[start:len(normal)-end]
	if len(a) > most || len(b) > most {
		a, b = firstUnit(a), firstUnit(b)
	}
	switch {
	case a == "" && b == "":
		return ""
	case b == "":
		return fmt.Sprintf(" (the URL given has %q, the normal form has not)", a)
	case a == "":
		return fmt.Sprintf(" (the URL given has no %q)", b)
	}
	return fmt.Sprintf(" (the URL given has %q, the normal form has %q)", a, b)
}

// commonEnds returns the lengths of the common beginning and of the common end of two texts.
func commonEnds(a, b string) (start, end int) {
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	return start, end
}

// firstUnit returns the first character of a URL, or its first percent-encoding.
func firstUnit(text string) string {
	if strings.HasPrefix(text, "%") {
		return text[:min(3, len(text))]
	}
	return firstRunes(text, 1)
}

// showURL returns a signed URL for people: without user info, and quoted if it has spaces or control characters.
func showURL(url string) string {
	url = withoutUserInfo(url)
	if url == "" {
		return "an empty URL"
	}
	if quoted := strconv.Quote(url); strings.Contains(url, " ") || quoted != `"`+url+`"` {
		return quoted
	}
	return url
}

func withoutUserInfo(url string) string {
	p := splitURL(url)
	if p.user == "" {
		return url
	}
	return strings.Replace(url, p.user, "", 1)
}

// badURL describes a URL that no webhook can have. err is the error of signature.ParseURL.
func badURL(url string, err error) string {
	p := splitURL(strings.TrimSpace(url))
	switch {
	case p.scheme == "" && strings.HasPrefix(p.path, "/"):
		return fmt.Sprintf("the URL %q is only a path (the content of Node's req.url?): ArtiBot signs the whole URL, with scheme and host", url)
	case p.scheme == "" && p.path == "":
		return "the URL is empty: ArtiBot signs the whole URL, with scheme and host"
	}
	return "the URL cannot be a webhook's: " + err.Error()
}
