package settings

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"artihook/emitter/text"

	"golang.org/x/net/http/httpproxy"
)

// Proxy returns the proxy of each URL: that of --proxy, else that of the variables HTTPS_PROXY and HTTP_PROXY. Hosts of NO_PROXY
// and this machine have none. Proxy returns nil if no URL has one.
func (f *ClientFlags) Proxy(set *Settings) (func(*url.URL) (*url.URL, error), error) {
	config := httpproxy.Config{NoProxy: set.either("no_proxy", "NO_PROXY")}
	problems := map[string]error{} // by scheme; a wrong variable matters only where its proxy is used
	switch {
	case f.proxy != "":
		if err := checkProxy(f.proxy); err != nil {
			return nil, fmt.Errorf("--proxy %q: %w", showProxy(f.proxy), err)
		}
		config.HTTPProxy, config.HTTPSProxy = f.proxy, f.proxy
	case set.SetFlags["proxy"]: // --proxy '' is none
		return nil, nil
	default:
		for _, v := range []struct {
			scheme, name string
			proxy        *string
		}{{"http", "HTTP_PROXY", &config.HTTPProxy}, {"https", "HTTPS_PROXY", &config.HTTPSProxy}} {
			if *v.proxy = set.either(strings.ToLower(v.name), v.name); *v.proxy == "" {
				continue
			}
			if err := checkProxy(*v.proxy); err != nil {
				problems[v.scheme] = fmt.Errorf("the variable %s is %q: %w", v.name, showProxy(*v.proxy), err)
				*v.proxy = "http://localhost"
			}
		}
	}
	if config.HTTPProxy == "" && config.HTTPSProxy == "" {
		return nil, nil
	}
	find := config.ProxyFunc()
	return func(target *url.URL) (*url.URL, error) {
		if isLoopback(target.Hostname()) {
			return nil, nil
		}
		proxy, err := find(target)
		if proxy != nil && problems[target.Scheme] != nil {
			return nil, problems[target.Scheme]
		}
		return proxy, err
	}, nil
}

// proxyVariable returns the environment variable with the proxy for URLs of the scheme.
func (set *Settings) proxyVariable(scheme string) string {
	name := scheme + "_proxy"
	if value, _ := set.Env(name); value != "" {
		return name
	}
	return strings.ToUpper(name)
}

// either returns the first of two environment variables that is not empty.
func (set *Settings) either(names ...string) string {
	for _, name := range names {
		if value, _ := set.Env(name); value != "" {
			return value
		}
	}
	return ""
}

// checkProxy returns an error if a text is not the URL of a proxy that is supported. http:// may be missing.
func checkProxy(s string) error {
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return errors.New("this is not a URL; write http://HOST:PORT, and special characters of a password percent-encoded")
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q is not supported; write http://HOST:PORT or https://HOST:PORT", u.Scheme)
	case u.Hostname() == "":
		return errors.New("it has no host; write http://HOST:PORT")
	}
	return nil
}

// showProxy returns the URL of a proxy without user and password, also if it is wrong.
func showProxy(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return s
	}
	scheme, _, ok := strings.Cut(s[:at], "://")
	if !ok {
		return text.Placeholder + s[at:]
	}
	return scheme + "://" + text.Placeholder + s[at:]
}
