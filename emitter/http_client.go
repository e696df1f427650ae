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
	return &http.Client{Transport: transport, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) >= maxRedirects {
			return errRedirects
		}
		return nil
	}}
}
