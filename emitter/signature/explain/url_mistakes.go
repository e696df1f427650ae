package explain

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// urlMistakes lists what is signed in place of the public URL, and how proxies and frameworks change a URL.
func urlMistakes() []mistake[urlParts] {
	return slices.Concat(originMistakes(), escapeMistakes(), pathMistakes(), queryMistakes(), pieceMistakes())
}

// urlEdit makes a mistake of a function that changes a URL. It applies to whole URLs only.
func urlEdit(f func(*urlParts)) func(urlParts) (urlParts, bool) {
	return func(p urlParts) (urlParts, bool) {
		if p.scheme == "" {
			return p, false
		}
		changed := p
		f(&changed)
		return changed, changed != p
	}
}

// The ports on which receivers usually listen while they are written.
var (
	commonPorts = []string{"3000", "5000", "8000", "8080"}
	otherPorts  = []string{
		"80", "443", "3001", "3333", "4000", "4040", "4200", "4567", "5001", "5173", "5174", "7000", "7071", "7072", "8001",
		"8008", "8081", "8088", "8443", "8787", "8888", "9000", "9090", "9292", "10000", "1337", "1880", "2000", "5678", "54321",
	}
)

// loopbackNames are the names of the own machine.
var loopbackNames = []string{"localhost", "127.0.0.1", "[::1]", "0.0.0.0", "host.docker.internal"}

func originMistakes() []mistake[urlParts] {
	row := func(id, why, symptom string, c cost, f func(*urlParts)) mistake[urlParts] {
		return mistake[urlParts]{id, "", why, symptom, fixURL, c, urlEdit(f)}
	}
	onlyIf := func(cond func(*urlParts) bool, f func(*urlParts)) func(*urlParts) {
		return func(p *urlParts) {
			if cond(p) {
				f(p)
			}
		}
	}
	list := []mistake[urlParts]{
		row("scheme-https", "the receiver saw http (a TLS proxy in front?)", "The code signs `http://…` behind a proxy that ends TLS.", likely, func(p *urlParts) {
			if strings.EqualFold(p.scheme, "http") {
				p.scheme = "https"
			}
		}),
		row("scheme-http", "the sender posted to http, the URL given has https (a redirect or a proxy in between?)", "The code signs `https://…`, but the webhook's URL is `http://…`.", likely, func(p *urlParts) {
			if strings.EqualFold(p.scheme, "https") {
				p.scheme = "http"
			}
		}),
		row("port", "the URL that was signed has no port (a proxy or a tunnel in front?)", "The code signs the port on which the server listens, or the default port.", likely, func(p *urlParts) { p.port = "" }),
		row("port", "the default port was written; ArtiBot drops it", "", likely, onlyIf(func(p *urlParts) bool { return p.port == "" }, func(p *urlParts) {
			p.port = map[string]string{"http": "80", "https": "443"}[p.scheme]
		})),
	}
	local := func(p *urlParts) bool { return isLocal(p.host) }
	for _, port := range commonPorts {
		list = append(list, row("port", "the URL that was signed has port "+port+" (a proxy that changes the Host header?)", "", likely, onlyIf(local, func(p *urlParts) { p.port = port })))
		list = append(list, row("port", "the URL that was signed has port "+port+" (a proxy that changes the Host header?)", "", seldom, func(p *urlParts) { p.port = port }))
	}
	for _, port := range otherPorts {
		list = append(list, row("port", "the URL that was signed has port "+port, "", rare, func(p *urlParts) { p.port = port }))
	}
	for i, name := range loopbackNames {
		symptom := ""
		if i == 0 {
			symptom = "The code signs the name of its own machine, or a name with or without `www.`."
		}
		list = append(list, row("host", "this machine has several names, and the sender used "+name, symptom, likely,
			onlyIf(func(p *urlParts) bool { return slices.Contains(loopbackNames, p.host) }, func(p *urlParts) { p.host = name })))
	}
	for _, host := range []string{"localhost", "127.0.0.1"} {
		for _, port := range append([]string{""}, commonPorts...) {
			list = append(list, row("host", "the URL that was signed is the one of the server behind a proxy, which does not pass on the public host", "", rare, onlyIf(
				func(p *urlParts) bool { return !isLocal(p.host) }, func(p *urlParts) { p.scheme, p.host, p.port = "http", host, port })))
		}
	}
	isName := func(p *urlParts) bool {
		return !slices.Contains(loopbackNames, p.host) && !strings.HasPrefix(p.host, "[")
	}
	return append(list,
		row("host", `the URL that was signed has no "www."`, "", seldom, func(p *urlParts) { p.host = strings.TrimPrefix(p.host, "www.") }),
		row("host", `the URL that was signed has "www."`, "", seldom, onlyIf(isName, func(p *urlParts) {
			if !strings.HasPrefix(p.host, "www.") {
				p.host = "www." + p.host
			}
		})),
		row("host", "the host was signed in Unicode; ArtiBot signs punycode", "", seldom, func(p *urlParts) {
			if name, err := idna.ToUnicode(p.host); err == nil {
				p.host = name
			}
		}),
		row("host", "the host that was signed has a dot at its end", "", seldom, onlyIf(isName, func(p *urlParts) { p.host += "." })),
		row("host", "the host that was signed has no dot at its end", "", seldom, func(p *urlParts) { p.host = strings.TrimSuffix(p.host, ".") }),
		row("host", "the first label of the host was removed or added", "", rare, onlyIf(func(p *urlParts) bool { return strings.Count(p.host, ".") > 1 }, func(p *urlParts) {
			_, p.host, _ = strings.Cut(p.host, ".")
		})),
		row("case", "its host is in upper case", "The code signs another letter case than ArtiBot.", rare, func(p *urlParts) { p.host = strings.ToUpper(p.host) }),
		row("case", "its host is capitalised", "", rare, func(p *urlParts) { p.host = capitalised(p.host) }),
		row("case", "its scheme is in upper case", "", rare, func(p *urlParts) { p.scheme = strings.ToUpper(p.scheme) }),
		row("case", "it is all in upper case", "", rare, func(p *urlParts) {
			p.scheme, p.host = strings.ToUpper(p.scheme), strings.ToUpper(p.host)
			p.path, p.query = strings.ToUpper(p.path), strings.ToUpper(p.query)
		}),
	)
}

// prefixes are what gateways, routers and servers put before a path.
var prefixes = []string{
	"/api", "/v1", "/api/v1", "/v2", "/webhook", "/webhooks", "/hook", "/hooks", "/api/webhooks", "/prod", "/dev", "/stage", "/staging",
	"/test", "/production", "/default", "/$default", "/latest", "/index.php", "/public", "/app", "/public/index.php", "/.netlify/functions",
	"/functions/v1", "/wp-json", "/artibot", "/backend", "/server", "/services", "/rest", "/en", "/api/v2",
}

func pathMistakes() []mistake[urlParts] {
	row := func(id, why, symptom string, c cost, f func(*urlParts)) mistake[urlParts] {
		return mistake[urlParts]{id, "", why, symptom, fixTarget, c, urlEdit(f)}
	}
	const slash = "the URL that was signed has a slash at the end of its path"
	const doubled = "its path has a double slash (a base URL that ends with a slash?)"
	list := []mistake[urlParts]{
		row("trailing-slash", "the URL that was signed has no slash at the end of its path", "The code signs `/hook/`, ArtiBot signs `/hook`, or the reverse.", likely, func(p *urlParts) { p.path = strings.TrimSuffix(p.path, "/") }),
		row("trailing-slash", slash, "", likely, func(p *urlParts) {
			if !strings.HasSuffix(p.path, "/") {
				p.path += "/"
			}
		}),
		row("double-slash", doubled, "The code signs `https://crm.example//hook`.", likely, func(p *urlParts) { p.path = "/" + p.path }),
		row("double-slash", doubled, "", seldom, func(p *urlParts) {
			if i := strings.LastIndexByte(p.path, '/'); i > 0 {
				p.path = p.path[:i] + "/" + p.path[i:]
			}
		}),
		row("double-slash", "its double slashes were merged", "", likely, func(p *urlParts) {
			for strings.Contains(p.path, "//") {
				p.path = strings.ReplaceAll(p.path, "//", "/")
			}
		}),
		row("path-prefix", "the first part of the path was removed (a router or a gateway that mounts the receiver below a prefix?)", "A router, a gateway or a mount point removes `/api` or `/v1` from the path, or adds it.", likely, func(p *urlParts) { p.path = withoutSegments(p.path, 1) }),
		row("path-prefix", "the first two parts of the path were removed (a router or a gateway that mounts the receiver below a prefix?)", "", seldom, func(p *urlParts) { p.path = withoutSegments(p.path, 2) }),
		row("path-prefix", "the first three parts of the path were removed", "", rare, func(p *urlParts) { p.path = withoutSegments(p.path, 3) }),
		row("path-prefix", "the last part of the path was removed", "", seldom, func(p *urlParts) {
			if i := strings.LastIndexByte(strings.TrimSuffix(p.path, "/"), '/'); i > 0 {
				p.path = p.path[:i]
			}
		}),
		row("path-prefix", "the path was removed", "", seldom, func(p *urlParts) { p.path = "/" }),
		row("path-prefix", "its path occurs twice", "", rare, func(p *urlParts) { p.path += p.path }),
		row("case", "its path is in lower case", "", seldom, func(p *urlParts) { p.path = strings.ToLower(p.path) }),
		row("case", "its path is in upper case", "", rare, func(p *urlParts) { p.path = strings.ToUpper(p.path) }),
		row("case", "its path and query are in lower case", "", seldom, func(p *urlParts) { p.path, p.query = strings.ToLower(p.path), strings.ToLower(p.query) }),
		row("path-suffix", "its path has no file extension", "The path ends with `index.php`, `.json` or `.html` on one side only.", rare, func(p *urlParts) {
			if i := strings.LastIndexByte(p.path, '.'); i > strings.LastIndexByte(p.path, '/') {
				p.path = p.path[:i]
			}
		}),
		row("path-suffix", "its path has no parameters after a semicolon", "", rare, func(p *urlParts) { p.path, _, _ = strings.Cut(p.path, ";") }),
	}
	for _, prefix := range prefixes {
		list = append(list, row("path-prefix", "the URL that was signed has "+prefix+" before its path (a router or a gateway that removes it?)", "", seldom, func(p *urlParts) {
			p.path = strings.TrimSuffix(prefix+p.path, "/")
		}))
	}
	for _, suffix := range []string{"index.php", "index.html", ".php", ".json"} {
		list = append(list, row("path-suffix", "the URL that was signed has "+suffix+" at the end of its path", "", rare, func(p *urlParts) {
			if !strings.HasPrefix(suffix, ".") && !strings.HasSuffix(p.path, "/") {
				p.path += "/"
			}
			p.path += suffix
		}))
	}
	return list
}

// withoutSegments removes the first segments of a path. It changes nothing if there are not so many.
func withoutSegments(path string, n int) string {
	rest := path
	for range n {
		i := strings.IndexByte(strings.TrimPrefix(rest, "/"), '/')
		if !strings.HasPrefix(rest, "/") || rest == "/" {
			return path
		}
		if i < 0 {
			rest = "/"
			continue
		}
		rest = rest[i+1:]
	}
	return rest
}

func queryMistakes() []mistake[urlParts] {
	row := func(why, symptom string, c cost, f func(string) string) mistake[urlParts] {
		return mistake[urlParts]{"query", "", why, symptom, fixTarget, c, urlEdit(func(p *urlParts) { p.query = f(p.query) })}
	}
	parts := func(f func([]string) []string) func(string) string {
		return func(query string) string {
			if len(query) < 2 {
				return query
			}
			list := f(strings.Split(query[1:], "&"))
			if len(list) == 0 {
				return ""
			}
			return "?" + strings.Join(list, "&")
		}
	}
	const rewritten = "the query was parsed and written again"
	list := []mistake[urlParts]{
		row("it was signed without the query", "The code signs the URL without its query.", likely, func(string) string { return "" }),
		row("the parts of the query were sorted", "A framework sorts the query (Laravel's `fullUrl()`).", likely, parts(func(l []string) []string { slices.Sort(l); return l })),
		row("the parts of the query are in reverse order", "A proxy or a framework changes, adds or removes parts of the query.", rare, parts(func(l []string) []string { slices.Reverse(l); return l })),
		row("the URL that was signed ends with a bare question mark", "", seldom, func(q string) string {
			if q == "" {
				return "?"
			}
			return q
		}),
		row("the query is empty, but not its question mark", "", rare, func(q string) string {
			if q != "" {
				return "?"
			}
			return q
		}),
		row("the URL that was signed has no bare question mark", "", seldom, func(q string) string { return strings.TrimSuffix(q, "?") }),
		row("the URL that was signed has no & at its end", "", seldom, func(q string) string { return strings.TrimRight(q, "&") }),
		row("the empty parts of the query were removed", "", seldom, parts(func(l []string) []string {
			return slices.DeleteFunc(l, func(s string) bool { return s == "" })
		})),
		row("the values of the query are missing", "", rare, parts(func(l []string) []string {
			for i := range l {
				if key, _, ok := strings.Cut(l[i], "="); ok {
					l[i] = key + "="
				}
			}
			return l
		})),
		row("the parts of the query that have no value were removed", "", rare, parts(func(l []string) []string {
			return slices.DeleteFunc(l, func(s string) bool { return s == "" || strings.HasSuffix(s, "=") })
		})),
		row("a query part without a value has an = (the query was written again)", "", seldom, parts(func(l []string) []string {
			for i := range l {
				if l[i] != "" && !strings.Contains(l[i], "=") {
					l[i] += "="
				}
			}
			return l
		})),
		row("a query part without a value has no = (the query was written again)", "", rare, parts(func(l []string) []string {
			for i := range l {
				l[i] = strings.TrimSuffix(l[i], "=")
			}
			return l
		})),
		row(rewritten, "", seldom, func(q string) string { return rewriteQuery(q, true, url.QueryEscape) }),
		row(rewritten, "", seldom, func(q string) string { return rewriteQuery(q, false, url.QueryEscape) }),
		row(rewritten, "", seldom, func(q string) string { return rewriteQuery(q, false, rawURLEncode) }),
		row(rewritten, "", seldom, func(q string) string { return rewriteQuery(q, true, rawURLEncode) }),
		row(rewritten, "", seldom, func(q string) string { return rewriteQuery(q, false, encodeURIComponent) }),
		row("the parts of the query are joined with &amp;", "", rare, func(q string) string { return strings.ReplaceAll(q, "&", "&amp;") }),
		row("the parts of the query are joined with %26", "", rare, func(q string) string { return strings.ReplaceAll(q, "&", "%26") }),
		row("a printed object is in place of the query", "", rare, func(q string) string {
			if q != "" {
				return "?[object Object]"
			}
			return q
		}),
		row("the parts of the query were repeated", "", rare, func(q string) string {
			if len(q) < 2 {
				return q
			}
			return q + "&" + q[1:]
		}),
	}
	for i := range 8 {
		list = append(list, row("a part of the query is missing in what was signed (a proxy or a framework removes it?)", "", seldom, parts(func(l []string) []string {
			if i >= len(l) || len(l) == 1 {
				return l
			}
			return slices.Delete(l, i, i+1)
		})))
	}
	return list
}

// rewriteQuery parses a query and writes it again. sorted sorts it by key.
func rewriteQuery(query string, sorted bool, escape func(string) string) string {
	if len(query) < 2 {
		return query
	}
	type pair struct{ key, value string }
	var pairs []pair
	for part := range strings.SplitSeq(query[1:], "&") {
		key, value, _ := strings.Cut(part, "=")
		key, err1 := url.QueryUnescape(key)
		value, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return query
		}
		if part != "" {
			pairs = append(pairs, pair{key, value})
		}
	}
	if sorted {
		slices.SortStableFunc(pairs, func(a, b pair) int { return strings.Compare(a.key, b.key) })
	}
	texts := make([]string, 0, len(pairs))
	for _, p := range pairs {
		texts = append(texts, escape(p.key)+"="+escape(p.value))
	}
	return "?" + strings.Join(texts, "&")
}

// rawURLEncode is PHP's rawurlencode.
func rawURLEncode(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func escapeMistakes() []mistake[urlParts] {
	const undone = "it was percent-decoded (a framework's decoded path?)"
	const encoded = "more of its characters are percent-encoded than ArtiBot encodes"
	row := func(why, symptom string, c cost, f func(string) string) mistake[urlParts] {
		return mistake[urlParts]{"escaping", "", why, symptom, fixTarget, c, urlEdit(func(p *urlParts) { p.path, p.query = f(p.path), f(p.query) })}
	}
	path := row(undone, "", likely, unescape)
	path.do = urlEdit(func(p *urlParts) { p.path = unescape(p.path) })
	query := row(undone, "", likely, unescape)
	query.do = urlEdit(func(p *urlParts) { p.query = unescape(p.query) })
	const more = "[]'()*!$,;:@"
	replacer := func(chars string) func(string) string {
		var pairs []string
		for _, c := range chars {
			pairs = append(pairs, string(c), "%"+strings.ToUpper(strconv.FormatInt(int64(c), 16)))
		}
		return strings.NewReplacer(pairs...).Replace
	}
	decoder := func(chars string) func(string) string {
		var pairs []string
		for _, c := range chars {
			code := strconv.FormatInt(int64(c), 16)
			pairs = append(pairs, "%"+strings.ToUpper(code), string(c), "%"+code, string(c))
		}
		return strings.NewReplacer(pairs...).Replace
	}
	return []mistake[urlParts]{
		row(undone, "The code signs a decoded path or query (`/a b` for `/a%20b`), or encodes it again.", likely, unescape),
		path, query,
		row("it was percent-decoded, and its plus signs became spaces", "", seldom, percentDecoded),
		row("the digits of its percent-encoding are upper case", "", seldom, upperEscapes),
		row("the digits of its percent-encoding are lower case", "", seldom, lowerEscapes),
		row("its spaces are written as plus signs", "", seldom, strings.NewReplacer("%20", "+", " ", "+").Replace),
		row("its plus signs became spaces", "", seldom, strings.NewReplacer("+", "%20").Replace),
		row("it was percent-encoded twice", "", seldom, strings.NewReplacer("%", "%25").Replace),
		row("its %25 became a percent sign", "", rare, func(s string) string { return strings.ReplaceAll(s, "%25", "%") }),
		row(encoded, "", seldom, replacer("[]")),
		row(encoded, "", seldom, replacer("'")),
		row(encoded, "", seldom, replacer(more)),
		row(encoded, "", rare, replacer("[]{}|^`\"<>\\")),
		row(encoded, "", rare, replacer("~")),
		row(encoded, "", rare, replacer(":")),
		row(encoded, "", rare, replacer("@")),
		row(encoded, "", rare, replacer(",")),
		row("fewer of its characters are percent-encoded than ArtiBot encodes", "", seldom, decoder("{}|^`\"<>")),
		row("fewer of its characters are percent-encoded than ArtiBot encodes", "", seldom, decoder("-._~"+more)),
		row("its %2F became a slash", "", seldom, decoder("/")),
		row("its %2B became a plus sign", "", rare, decoder("+")),
		row("it has HTML entities", "", rare, func(s string) string { return strings.ReplaceAll(s, "&", "&amp;") }),
		row("its &amp; became &", "", rare, func(s string) string { return strings.ReplaceAll(s, "&amp;", "&") }),
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

// mapEscapes edits the percent-encodings of a text.
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

// pieceMistakes lists the pieces that are taken for the URL, and URLs in another form.
func pieceMistakes() []mistake[urlParts] {
	const why = "only this piece of the URL was signed; ArtiBot signs all of it"
	const form = "ArtiBot signs the plain text of the URL"
	row := func(why, symptom string, c cost, f func(*urlParts)) mistake[urlParts] {
		return mistake[urlParts]{"url-part", "", why, symptom, fixURL, c, urlEdit(f)}
	}
	whole := func(f func(string) string) func(*urlParts) {
		return func(p *urlParts) { *p = urlParts{path: f(p.String())} }
	}
	return []mistake[urlParts]{
		row(why, "The code signs only the path, the host or another piece of the URL (`req.url`, `req.path`).", likely, func(p *urlParts) { *p = urlParts{path: p.path, query: p.query} }),
		row(why, "", likely, func(p *urlParts) { *p = urlParts{path: p.path} }),
		row(why, "", seldom, func(p *urlParts) { *p = urlParts{path: strings.TrimPrefix(p.path, "/"), query: p.query} }),
		row(why, "", seldom, func(p *urlParts) { p.scheme = "" }),
		row(why, "", seldom, func(p *urlParts) { p.path, p.query = "", "" }),
		row(why, "", seldom, func(p *urlParts) { *p = urlParts{host: p.host, port: p.port} }),
		row(why, "", seldom, func(p *urlParts) { *p = urlParts{} }),
		row(why, "", rare, func(p *urlParts) { *p = urlParts{path: strings.TrimPrefix(p.query, "?")} }),
		row(why, "", rare, func(p *urlParts) { *p = urlParts{host: "//" + p.host, port: p.port, path: p.path, query: p.query} }),
		row(why, "", rare, func(p *urlParts) { *p = urlParts{path: p.path[strings.LastIndexByte(p.path, '/')+1:]} }),
		row(form, "", seldom, whole(encodeURIComponent)),
		row(form, "", rare, whole(func(s string) string { return strings.ToLower(encodeURIComponent(s)) })),
		row(form, "", rare, whole(jsonString)),
		row(form, "", rare, whole(func(s string) string { return strings.ReplaceAll(s, "/", `\/`) })),
		row(form, "", rare, whole(func(s string) string { return "<" + s + ">" })),
		row(form, "", seldom, whole(func(s string) string { return s + "\n" })),
		row(form, "", seldom, whole(func(s string) string { return s + " " })),
		row(form, "", seldom, whole(func(s string) string { return " " + s })),
		row(form, "", rare, whole(func(s string) string { return s + "#" })),
		row("the placeholder undefined is in the URL (a setting that is not set?)", "The signed URL contains `undefined`, has no host, or has `:://`.", seldom, func(p *urlParts) { *p = urlParts{path: "undefined" + p.path + p.query} }),
		row("the placeholder null is in the URL (a setting that is not set?)", "", rare, func(p *urlParts) { *p = urlParts{path: "null" + p.path + p.query} }),
		row("the origin is in the URL twice (a base URL is put before the whole URL?)", "", seldom, func(p *urlParts) {
			origin := urlParts{scheme: p.scheme, host: p.host, port: p.port}
			*p = urlParts{path: origin.String() + p.String()}
		}),
		row("the host is undefined (a missing header?)", "", seldom, func(p *urlParts) { p.host, p.port = "undefined", "" }),
		row("the host is null (a missing header?)", "", rare, func(p *urlParts) { p.host, p.port = "null", "" }),
		row("the placeholder undefined is in place of the URL (a setting that is not set?)", "", rare, func(p *urlParts) { *p = urlParts{path: "undefined"} }),
		row("the placeholder null is in place of the URL (a setting that is not set?)", "", rare, func(p *urlParts) { *p = urlParts{path: "null"} }),
		row("the placeholder None is in place of the URL (a setting that is not set?)", "", rare, func(p *urlParts) { *p = urlParts{path: "None"} }),
		row("its scheme occurs twice (a setting that has the scheme already?)", "", rare, func(p *urlParts) { *p = urlParts{path: p.scheme + "://" + p.String()} }),
		row("a slash after its scheme is missing (a path library that joined it?)", "", rare, func(p *urlParts) { *p = urlParts{path: strings.Replace(p.String(), "://", ":/", 1)} }),
		row("the pattern of the route is in place of the path", "", rare, func(p *urlParts) { p.path = "/{proxy+}" }),
		row("the host is missing", "", seldom, func(p *urlParts) { p.host, p.port = "", "" }),
		row("the scheme is missing, but not its colon", "", rare, func(p *urlParts) { *p = urlParts{path: "://" + p.host + p.path + p.query} }),
		row("the scheme has two colons (req.protocol with a colon?)", "", seldom, func(p *urlParts) { p.scheme += ":" }),
	}
}
