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

// forwardTimeout is the timeout of the other receiver, to the last byte of its response.
const forwardTimeout = 30 * time.Second

// Forward passes deliveries on to another receiver with the same body, headers and Host. The signature is valid there if that
// receiver rebuilds the same URL.
type Forward struct {
	To        signature.URL     // if it has no path, the request's path is used
	Transport http.RoundTripper // nil is a transport without compression
}

// withTransport returns f with a transport.
func (f *Forward) withTransport() *Forward {
	if f == nil || f.Transport != nil {
		return f
	}
	return &Forward{To: f.To, Transport: &http.Transport{
		DisableCompression: true, MaxResponseHeaderBytes: 64 << 10, IdleConnTimeout: time.Minute,
	}}
}

var errResponse = errors.New("the response has no final status from 200 to 599")

// forwarded is the response of the other receiver.
type forwarded struct {
	status int
	header http.Header
	body   []byte
}

// perConnection lists the headers that are for one connection only (RFC 9110, section 7.6.1).
var perConnection = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length"}

// pass forwards the arrival and sets its status: that of the response, or 502 without a valid response.
func (f *Forward) pass(a *Arrival, r *http.Request) *forwarded {
	response, err := f.send(a, r)
	if err != nil {
		a.reject(http.StatusBadGateway, "the receiver that requests are forwarded to sent no valid response") // without its URL
		return nil
	}
	a.Status = response.status
	return response
}

func (f *Forward) send(a *Arrival, r *http.Request) (*forwarded, error) {
	ctx, cancel := context.WithTimeout(r.Context(), forwardTimeout)
	defer cancel()
	to := f.To
	if to.Target == "/" {
		to.Target = r.RequestURI
	}
	out, err := http.NewRequestWithContext(ctx, r.Method, to.Scheme+"://"+to.Address(), bytes.NewReader(a.Body))
	if err != nil {
		return nil, err
	}
	// Another spelling of the target would break the signature.
	out.URL.RawPath, out.URL.RawQuery, out.URL.ForceQuery = strings.Cut(to.Target, "?")
	if out.URL.Path, err = url.PathUnescape(out.URL.RawPath); err != nil {
		return nil, err
	}
	out.Host = r.Host
	out.Header = endToEnd(r.Header)
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
	return &forwarded{response.StatusCode, endToEnd(response.Header), body}, err
}

// endToEnd returns the headers without those of the connection.
func endToEnd(header http.Header) http.Header {
	header = header.Clone()
	for _, name := range slices.Concat(perConnection, strings.Split(header.Get("Connection"), ",")) {
		header.Del(strings.TrimSpace(name))
	}
	return header
}

func (f *forwarded) write(w http.ResponseWriter) {
	for name, values := range f.header {
		w.Header()[name] = values
	}
	w.WriteHeader(f.status)
	_, _ = w.Write(f.body) // fails only if the sender has disconnected
}
