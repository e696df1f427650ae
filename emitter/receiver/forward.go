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

// maxAnswer bounds what is passed back of an answer, in bytes.
const maxAnswer = 1 << 20

// forwardTimeout is how long the other receiver may take, to the last byte of its answer.
const forwardTimeout = 30 * time.Second

// Forward passes deliveries on to another receiver: the same body, headers and Host. The signature stays right there
// as long as that receiver rebuilds the same URL.
type Forward struct {
	To        signature.URL     // without a path of its own, the request's path is kept
	Transport http.RoundTripper // nil is one of its own, which asks for no compression
}

// ready gives f with a transport.
func (f *Forward) ready() *Forward {
	if f == nil || f.Transport != nil {
		return f
	}
	return &Forward{To: f.To, Transport: &http.Transport{
		DisableCompression: true, MaxResponseHeaderBytes: 64 << 10, IdleConnTimeout: time.Minute,
	}}
}

var errResponse = errors.New("the response has no final status from 200 to 599")

// answer is what came back from where a delivery was passed on to.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// perConnection are the headers that belong to one connection, not to what travels over it (RFC 9110, 7.6.1).
var perConnection = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length"}

// pass sends the arrival on and sets its status: 502 if no valid response comes.
func (f *Forward) pass(a *Arrival, r *http.Request) *answer {
	came, err := f.send(a, r)
	if err != nil {
		a.refuse(http.StatusBadGateway, "no valid response came from where it was passed on to") // the sender need not know where
		return nil
	}
	a.Status = came.status
	return came
}

func (f *Forward) send(a *Arrival, r *http.Request) (*answer, error) {
	ctx, cancel := context.WithTimeout(r.Context(), forwardTimeout)
	defer cancel()
	to := f.To
	if to.Target == "/" {
		to.Target = r.RequestURI
	}
	on, err := http.NewRequestWithContext(ctx, r.Method, to.Scheme+"://"+to.Address(), bytes.NewReader(a.Body))
	if err != nil {
		return nil, err
	}
	// Another spelling of the target would break the signature.
	on.URL.RawPath, on.URL.RawQuery, on.URL.ForceQuery = strings.Cut(to.Target, "?")
	if on.URL.Path, err = url.PathUnescape(on.URL.RawPath); err != nil {
		return nil, err
	}
	on.Host = r.Host
	on.Header = travelling(r.Header)
	if value := on.Header.Get(signature.Header); value != "" {
		on.Header.Del(signature.Header)
		on.Header[signature.Header] = []string{value} // in lower case, as it came (docs/contract.md, section 1)
	}
	if on.Header["User-Agent"] == nil {
		on.Header["User-Agent"] = nil // else net/http names itself
	}
	response, err := f.Transport.RoundTrip(on)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if code := response.StatusCode; code < 200 || code > 599 { // after 101, the body would be the connection
		return nil, errResponse
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return &answer{response.StatusCode, travelling(response.Header), body}, err
}

func travelling(header http.Header) http.Header {
	header = header.Clone()
	for _, name := range slices.Concat(perConnection, strings.Split(header.Get("Connection"), ",")) {
		header.Del(strings.TrimSpace(name))
	}
	return header
}

func (a *answer) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a sender that has gone needs no answer
}
