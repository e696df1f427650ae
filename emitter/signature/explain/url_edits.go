package explain

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// urlEdits lists what a URL becomes when one thing in it is changed, the likely things first.
func urlEdits(p urlPieces) []urlGuess {
	if p.scheme == "" {
		return nil
	}
	return slices.Concat(schemeEdits(p), slashEdits(p), portEdits(p), queryEdits(p),
		escapeEdits(p), rewrittenEdits(p), hostEdits(p), caseEdits(p), partEdits(p))
}

func schemeEdits(p urlPieces) []urlGuess {
	guess := urlGuess{urlPieces: p, core: true}
	if p.scheme == "http" {
		guess.scheme, guess.id = "https", "scheme-https"
		guess.why = "the receiver saw http (a TLS proxy in front?)"
	} else {
		guess.scheme, guess.id = "http", "scheme-http"
		guess.why = "the sender posted to http, the URL given says https (a redirect or a proxy in between?)"
	}
	return []urlGuess{guess}
}

func slashEdits(p urlPieces) []urlGuess {
	guess := urlGuess{urlPieces: p, id: "trailing-slash", core: true}
	if path, ok := strings.CutSuffix(p.path, "/"); ok {
		guess.path = path
		guess.why = "the URL that was signed has no slash at the end of its path"
	} else {
		guess.path += "/"
		guess.why = "the URL that was signed has a slash at the end of its path"
	}
	return []urlGuess{guess}
}

// The ports on which receivers usually listen while they are written.
var (
	commonPorts = []string{"3000", "5000", "8000", "8080"}
	otherPorts  = []string{"3001", "4000", "4040", "5001", "5173", "7071", "8081", "8443", "8888", "9000"}
)

func portEdits(p urlPieces) []urlGuess {
	with := func(port, why string) urlGuess {
		guess := urlGuess{urlPieces: p, id: "port", why: why}
		guess.port = port
		return guess
	}
	var guesses []urlGuess
	if p.port == "" {
		port := "80"
		if p.scheme == "https" {
			port = "443"
		}
		guess := with(port, "the sender wrote the default port out; ArtiBot drops it")
		guess.core = true
		guesses = append(guesses, guess)
	} else {
		guess := with("", "the URL that was signed has no port (a proxy or a tunnel in front?)")
		guess.core = true
		guesses = append(guesses, guess)
	}
	for _, port := range commonPorts {
		guesses = append(guesses, with(port, "the URL that was signed has port "+port+
			" (a proxy that changes the Host header?)"))
	}
	for _, port := range slices.Concat([]string{"80", "443"}, otherPorts) {
		guess := with(port, "the URL that was signed has port "+port)
		guess.rare = true
		guesses = append(guesses, guess)
	}
	return guesses
}

func queryEdits(p urlPieces) []urlGuess {
	with := func(query, why string) urlGuess {
		guess := urlGuess{urlPieces: p, id: "query", why: why}
		guess.query = query
		return guess
	}
	if p.query == "" {
		return []urlGuess{with("?", "the URL that was signed ends with a bare question mark")}
	}
	without := with("", "it was signed without the query")
	without.core = true
	guesses := []urlGuess{without}
	if p.query != "?" {
		parts := strings.Split(p.query[1:], "&")
		slices.Sort(parts)
		guesses = append(guesses, with("?"+strings.Join(parts, "&"), "the parts of the query were sorted"))
	}
	return guesses
}

// rewrittenEdits gives the query as Go's url.Values writes it.
func rewrittenEdits(p urlPieces) []urlGuess {
	values, err := url.ParseQuery(strings.TrimPrefix(p.query, "?"))
	if err != nil || len(values) == 0 {
		return nil
	}
	guess := urlGuess{urlPieces: p, id: "query", why: "the query was parsed and written anew"}
	guess.query = "?" + values.Encode()
	return []urlGuess{guess}
}

func escapeEdits(p urlPieces) []urlGuess {
	with := func(edit func(string) string, why string) urlGuess {
		guess := urlGuess{urlPieces: p, id: "escaping", why: why}
		guess.path, guess.query = edit(p.path), edit(p.query)
		return guess
	}
	const encoded = "more of its characters are percent-encoded than ArtiBot encodes"
	both := with(unescape, "its percent-encoding was undone (a framework's decoded path?)")
	path := both
	path.query = p.query
	query := both
	query.path = p.path
	return []urlGuess{
		both, path, query,
		with(upperEscapes, "the digits of its percent-encoding are upper case"),
		with(lowerEscapes, "the digits of its percent-encoding are lower case"),
		with(strings.NewReplacer("[", "%5B", "]", "%5D").Replace, encoded),
		with(strings.NewReplacer("'", "%27").Replace, encoded),
		with(strings.NewReplacer("[", "%5B", "]", "%5D", "'", "%27", "(", "%28", ")", "%29",
			"*", "%2A", "!", "%21", "$", "%24", ",", "%2C", ";", "%3B", ":", "%3A", "@", "%40").Replace, encoded),
		with(strings.NewReplacer("~", "%7E").Replace, encoded),
		with(strings.NewReplacer("%20", "+").Replace, "its spaces are written as plus signs"),
		with(strings.NewReplacer("+", "%20").Replace, "its plus signs became spaces"),
		with(strings.NewReplacer("%", "%25").Replace, "it was percent-encoded twice"),
	}
}

func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

func upperEscapes(text string) string { return mapEscapes(text, strings.ToUpper) }

func lowerEscapes(text string) string { return mapEscapes(text, strings.ToLower) }

// mapEscapes edits the escapes of a normalised text, in which every percent begins one.
func mapEscapes(text string, edit func(string) string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' || i+3 > len(text) {
			out.WriteByte(text[i])
			continue
		}
		out.WriteString(edit(text[i : i+3]))
		i += 2
	}
	return out.String()
}

// loopbackNames are what people call their own machine.
var loopbackNames = []string{"localhost", "127.0.0.1", "[::1]", "0.0.0.0", "host.docker.internal"}

func hostEdits(p urlPieces) []urlGuess {
	with := func(host, why string) urlGuess {
		guess := urlGuess{urlPieces: p, id: "host", why: why, core: true}
		guess.host = host
		return guess
	}
	if slices.Contains(loopbackNames, p.host) {
		var guesses []urlGuess
		for _, name := range loopbackNames {
			if name != p.host {
				guesses = append(guesses, with(name, "this machine has more names than one, and the sender used "+name))
			}
		}
		return guesses
	}
	var guesses []urlGuess
	if bare, ok := strings.CutPrefix(p.host, "www."); ok {
		guesses = append(guesses, with(bare, `the URL that was signed has no "www."`))
	} else if !strings.HasPrefix(p.host, "[") {
		guesses = append(guesses, with("www."+p.host, `the URL that was signed has "www."`))
	}
	if name, err := idna.ToUnicode(p.host); err == nil && name != p.host {
		guesses = append(guesses, with(name, "the host was signed in Unicode; ArtiBot signs punycode"))
	}
	return guesses
}

func caseEdits(p urlPieces) []urlGuess {
	with := func(edit func(*urlPieces), why string) urlGuess {
		guess := urlGuess{urlPieces: p, id: "case", why: why}
		edit(&guess.urlPieces)
		return guess
	}
	lower := strings.ToLower
	return []urlGuess{
		with(func(p *urlPieces) { p.path = lower(p.path) }, "its path is in lower case"),
		with(func(p *urlPieces) { p.path, p.query = lower(p.path), lower(p.query) },
			"its path and query are in lower case"),
		with(func(p *urlPieces) { p.host = strings.ToUpper(p.host) }, "its host is in upper case"),
		with(func(p *urlPieces) { p.scheme = strings.ToUpper(p.scheme) }, "its scheme is in upper case"),
		with(func(p *urlPieces) {
			p.scheme, p.host = strings.ToUpper(p.scheme), strings.ToUpper(p.host)
			p.path, p.query = strings.ToUpper(p.path), strings.ToUpper(p.query)
		}, "it is all in upper case"),
	}
}

// partEdits gives the pieces that are taken for the URL: request target, path, host and target, origin, nothing.
func partEdits(p urlPieces) []urlGuess {
	const why = "only this piece of the URL was signed; ArtiBot signs all of it"
	pieces := []urlPieces{
		{path: p.path, query: p.query},
		{path: p.path},
		{host: p.host, port: p.port, path: p.path, query: p.query},
		{scheme: p.scheme, host: p.host, port: p.port},
		{host: p.host, port: p.port},
		{},
	}
	var guesses []urlGuess
	for _, piece := range pieces {
		guesses = append(guesses, urlGuess{urlPieces: piece, id: "url-part", why: why})
	}
	return guesses
}
