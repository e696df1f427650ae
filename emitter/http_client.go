package emitter

import (
	"crypto/tls"
	"errors"
	"net/http"
)

// maxRedirects is how many redirects HTTPClient follows, as net/http does.
const maxRedirects = 10

var errRedirects = errors.New("there are too many redirects")

// HTTPClient returns a client for GETs beside the deliveries: it trusts what opt trusts, and follows redirects. It keeps
// no connection open, because net/http logs what comes on an idle one.
func HTTPClient(opt Options) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.DisableKeepAlives = true
	transport.TLSClientConfig = &tls.Config{RootCAs: opt.RootCAs, InsecureSkipVerify: opt.Insecure}
	return &http.Client{Transport: noSwitching{transport}, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) >= maxRedirects {
			return errRedirects
		}
		return nil
	}}
}

// noSwitching is a transport that accepts no other protocol. In net/http the body of a 101 is the connection, which
// neither the context nor a timeout ends; it is closed at once. Other status codes outside 100-599 are errors.
type noSwitching struct{ next http.RoundTripper }

func (t noSwitching) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	switch code := response.StatusCode; {
	case code == http.StatusSwitchingProtocols:
		_ = response.Body.Close() // nothing was to be read
		response.Body = http.NoBody
	case code < 100 || code > 599:
		_ = response.Body.Close()
		return nil, errStatus
	}
	return response, nil
}
