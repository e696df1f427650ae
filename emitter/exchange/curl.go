package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"artihook/emitter/text"
)

// CurlOptions are the options of a curl command.
type CurlOptions struct {
	// URL is the http or https URL to connect to. It is required. The request's own
	// Target and Host are sent even if they differ from it.
	URL string
	// Insecure disables the verification of the server's certificate.
	Insecure bool
	// CACert is a file of additional certificates to trust; "" is none.
	CACert string
	// Cert and Key are the files of a client certificate; "" is none.
	Cert, Key string
	// Proxy is the URL of the proxy. If it has a password, set ProxyVariable instead, the
	// environment variable that contains the URL. With both empty, NoProxy ignores the
	// variables of the environment.
	Proxy, ProxyVariable string
	NoProxy              bool
	// StatusOnly makes curl print the status of the response, 000 if there is none,
	// and nothing else.
	StatusOnly bool
}

// maxCurlArgument is the longest body that is written as an argument, in bytes.
// Linux limits an argument to 128 KiB.
const maxCurlArgument = 100 << 10

// Curl writes a command for /bin/sh that sends exactly this request with curl: the
// same request line, the same headers (in curl's order) and the same bytes as the
// body. It suppresses the headers that curl would add, and the user's .curlrc. The
// command ends in a line feed.
//
// The error is an error of w, or describes what is wrong with the URL.
func Curl(w io.Writer, req Request, opt CurlOptions) error {
	authority, target, err := splitURL(opt.URL)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	data := string(req.Body)
	if !isPlainArgument(req.Body) {
		b.WriteString("printf " + printfFormat(req.Body) + " | ")
		data = "@-"
	}
	b.WriteString("curl -q -X " + text.ShellWord(req.method()) + " --http1.1 --path-as-is --globoff")
	if opt.Insecure {
		b.WriteString(" -k")
	}
	if opt.CACert != "" {
		b.WriteString(" --cacert " + text.ShellWord(opt.CACert))
	}
	if opt.Cert != "" {
		b.WriteString(" --cert " + text.ShellWord(opt.Cert))
	}
	if opt.Key != "" {
		b.WriteString(" --key " + text.ShellWord(opt.Key))
	}
	b.WriteString(opt.proxy(req.Host != authority || req.target() != target))
	if opt.StatusOnly {
		b.WriteString(" -sS -o /dev/null -w '%{http_code}'")
	}
	if req.target() != target {
		b.WriteString(" --request-target " + text.ShellWord(req.target()))
	}
	for _, h := range curlHeaders(req, authority) {
		b.WriteString(" \\\n  -H " + text.ShellWord(h))
	}
	if req.writesLength() {
		b.WriteString(" \\\n  --data-binary " + text.ShellWord(data))
	}
	b.WriteString(" \\\n  " + text.ShellWord(opt.URL) + "\n")
	_, err = w.Write(b.Bytes())
	return err
}

// proxy returns the options for the proxy. tunnel is set for a request that the proxy
// would change.
func (opt *CurlOptions) proxy(tunnel bool) string {
	options := ""
	switch {
	case opt.ProxyVariable != "":
		options = ` --proxy "$` + opt.ProxyVariable + `"`
	case opt.Proxy != "":
		options = " --proxy " + text.ShellWord(opt.Proxy)
	case opt.NoProxy:
		return " --noproxy '*'"
	default:
		return ""
	}
	if tunnel {
		options += " --proxytunnel"
	}
	return options
}

// splitURL returns the authority and the request target that curl takes from a URL.
func splitURL(url string) (authority, target string, err error) {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return "", "", fmt.Errorf("writing a curl command for URL %q: want http://host/path or https://host/path", shorten(url))
	}
	rest, _, _ = strings.Cut(rest, "#")
	end := len(rest)
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		end = i
	}
	authority, target = rest[:end], rest[end:]
	if authority == "" {
		return "", "", errors.New("writing a curl command: the URL has no host")
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	return authority, target, nil
}

// curlHeaders returns the arguments of -H. "Name:" keeps curl from adding its own
// header, "Name;" sends a header without a value.
func curlHeaders(req Request, authority string) []string {
	var args []string
	var sent Headers
	for name, value := range req.Lines() {
		sent = append(sent, Header{Name: name})
		switch {
		case name == "Content-Length", name == "Host" && value == authority:
		case value == "":
			args = append(args, name+";")
		default:
			args = append(args, name+": "+value)
		}
	}
	for _, name := range []string{"User-Agent", "Accept", "Content-Type", "Expect"} {
		if !sent.Has(name) {
			args = append(args, name+":")
		}
	}
	return args
}

// isPlainArgument reports whether body can be an argument in single quotes. curl
// takes a leading @ for a file name, an argument cannot contain a NUL byte, and
// other control characters and invalid UTF-8 are lost when copied from a terminal.
func isPlainArgument(body []byte) bool {
	if len(body) > maxCurlArgument || !utf8.Valid(body) || bytes.HasPrefix(body, []byte("@")) {
		return false
	}
	return !bytes.ContainsFunc(body, func(r rune) bool {
		return isControl(r) && r != '\n' && r != '\t' || 0x80 <= r && r < 0xa0
	})
}

// printfFormat returns a format with which the shell's printf prints exactly body.
// Control characters, non-ASCII bytes and single quotes become octal escapes.
func printfFormat(body []byte) string {
	out := make([]byte, 0, len(body)*2)
	out = append(out, '\'')
	for i, c := range body {
		switch {
		case c == '%':
			out = append(out, "%%"...)
		case c == '\\':
			out = append(out, `\\`...)
		case c < ' ' || c > '~' || c == '\'' || c == '-' && i == 0:
			out = append(out, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			out = append(out, c)
		}
	}
	return string(append(out, '\''))
}
