package receiver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"artihook/emitter/signature"
)

// maxResponse is the limit for the body of a response of the other receiver, in bytes.
const maxResponse = 1 << 20

// forwardTimeout is the default of Forward.Timeout.
const forwardTimeout = 30 * time.Second

// Forward passes deliveries on to another receiver with the same body and headers. If that receiver would rebuild another URL
// than the one that is signed, the delivery is signed again for its URL and sent with its Host.
type Forward struct {
	To        signature.URL     // if it has no path, the request's path is used; if it has no query, the request's query
	Exact     bool              // never sign again, and send the Host of the request
	Transport http.RoundTripper // nil is a transport without compression
	Timeout   time.Duration     // of a request, to the last byte of its response; 0 is 30 seconds
}

// Forwarded describes a request that was passed on.
type Forwarded struct {
	URL         string // that the other receiver rebuilds
	SignedAgain bool   // for URL
	Err         error  // why there is no valid response; nil if there is one
}

// withDefaults returns f with a transport and a timeout.
func (f *Forward) withDefaults() *Forward {
	if f == nil {
		return nil
	}
	forward := *f
	if forward.Transport == nil {
		forward.Transport = &http.Transport{DisableCompression: true, MaxResponseHeaderBytes: 64 << 10, IdleConnTimeout: time.Minute}
	}
	if forward.Timeout == 0 {
		forward.Timeout = forwardTimeout
	}
	return &forward
}

var errResponse = errors.New("the response has no final status from 200 to 599")

// perConnection lists the headers that are for one connection only (RFC 9110, section 7.6.1).
var perConnection = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length"}

// pass forwards the arrival and sets its response: the one of the other receiver, or 502 without a valid response.
func (f *Forward) pass(a *Arrival, r *http.Request, secret signature.Secret) {
	to := withTarget(f.To, r.RequestURI)
	sent, header := signature.URL{Scheme: to.Scheme, Host: r.Host, Target: to.Target}, endToEnd(r.Header)
	signsAgain := a.Scheme == signature.SchemeURL && sent.String() != a.URL && !f.Exact
	if signsAgain {
		sent = to
	}
	a.Forwarded = &Forwarded{URL: sent.String(), SignedAgain: signsAgain}
	if signsAgain {
		signAgain(header, a, secret)
	}
	response, err := f.send(r.Context(), a, sent, header)
	if err != nil {
		a.Forwarded.Err = err
		a.reject(http.StatusBadGateway, "the receiver that requests are forwarded to sent no valid response") // without its URL
		return
	}
	a.Status, a.Response = response.Status, response
}

// signAgain replaces the signature, and removes the headers from which the other receiver could rebuild the URL of the sender.
func signAgain(header http.Header, a *Arrival, secret signature.Secret) {
	for name := range header {
		if strings.HasPrefix(name, "X-Forwarded-") || strings.HasPrefix(name, "X-Original-") || name == "Forwarded" || name == "X-Rewrite-Url" {
			header.Del(name)
		}
	}
	header.Set(signature.Header, signature.Sign(secret, a.Scheme, signature.Message{Method: a.Method, URL: a.Forwarded.URL, Body: a.Body}))
}

// send sends the arrival to the other receiver, with Host and target of a URL.
func (f *Forward) send(ctx context.Context, a *Arrival, to signature.URL, header http.Header) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	out, err := http.NewRequestWithContext(ctx, a.Method, f.To.Scheme+"://"+f.To.Address(), bytes.NewReader(a.Body))
	if err != nil {
		return nil, err
	}
	// Another spelling of the target would break the signature.
	out.URL.RawPath, out.URL.RawQuery, out.URL.ForceQuery = strings.Cut(to.Target, "?")
	if out.URL.Path, err = url.PathUnescape(out.URL.RawPath); err != nil {
		return nil, err
	}
	out.Host, out.Header = to.Host, header
	if value := out.Header.Get(signature.Header); value != "" {
		out.Header.Del(signature.Header)
		out.Header[signature.Header] = []string{value} // in lower case, as ArtiBot sends it (docs/contract.md, section 1)
	}
	if out.Header["User-Agent"] == nil {
		out.Header["User-Agent"] = nil // otherwise net/http adds its own
	}
	response, err := f.Transport.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if code := response.StatusCode; code < 200 || code > 599 { // the body of a 101 response is the connection
		return nil, errResponse
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	return &Response{response.StatusCode, endToEnd(response.Header), body}, err
}

// endToEnd returns the headers without those of the connection.
func endToEnd(header http.Header) http.Header {
	header = header.Clone()
	for _, name := range slices.Concat(perConnection, strings.Split(header.Get("Connection"), ",")) {
		header.Del(strings.TrimSpace(name))
	}
	return header
}
