package emitter

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
)

// maxRedirects is how many redirects HTTPClient follows, as net/http does.
const maxRedirects = 10

var errRedirects = errors.New("there are too many redirects")

// HTTPClient returns a client for requests that are not deliveries. It uses the TLS settings and the proxy of opt, and follows
// redirects. It has no idle connections, because net/http logs unexpected data on them.
func HTTPClient(opt Options) *http.Client {
	transport := Transport(opt)
	transport.DisableKeepAlives, transport.DisableCompression = true, false
	return &http.Client{Transport: noSwitching{transport}, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) >= maxRedirects {
			return errRedirects
		}
		return nil
	}}
}

// Transport returns a transport with the TLS settings and the proxy of opt. It adds no header for compression.
func Transport(opt Options) *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression, transport.MaxResponseHeaderBytes = true, maxResponseHead
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		return dialWith(ctx, opt.dialer(), network, address)
	}
	transport.Proxy = nil
	if opt.Proxy != nil {
		transport.Proxy = func(r *http.Request) (*url.URL, error) { return opt.Proxy(r.URL) }
	}
	transport.OnProxyConnectResponse = func(_ context.Context, proxy *url.URL, connect *http.Request, response *http.Response) error {
		if response.StatusCode == http.StatusOK {
			return nil
		}
		return tunnelError(proxy, response.StatusCode, connect.Host)
	}
	transport.TLSClientConfig = tlsConfig(&opt)
	return transport
}

// noSwitching is a transport that does not switch protocols. In net/http the body of a 101 response is the connection, which
// does not end with the context or a timeout: RoundTrip closes it. A status code outside 100-599 is an error.
type noSwitching struct{ next http.RoundTripper }

func (t noSwitching) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	switch code := response.StatusCode; {
	case code == http.StatusSwitchingProtocols:
		_ = response.Body.Close() // there is nothing to read
		response.Body = http.NoBody
	case code < 100 || code > 599:
		_ = response.Body.Close()
		return nil, errStatus
	}
	return response, nil
}
