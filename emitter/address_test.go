package emitter

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/signature"

	"golang.org/x/net/dns/dnsmessage"
)

func TestNearAddresses(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"http://localhost:3000": true, "http://app.localhost": true, "http://127.0.0.1": true, "http://[::1]:80": true,
		"http://10.1.2.3": true, "http://192.168.0.5": true, "http://172.16.0.1": true, "http://[fd00::1]": true,
		"http://8.8.8.8": false, "http://203.0.113.7": false, "http://[2001:db8::1]": false, "http://172.32.0.1": false,
	} {
		parsed, err := signature.ParseURL(url)
		if err != nil {
			t.Fatal(err)
		}
		if got := IsNear(t.Context(), parsed); got != want {
			t.Errorf("%s: got %v", url, got)
		}
	}
}

// TestUnresolvedHostIsNotNear checks that a host needs --yes if its lookup fails: a later lookup may find it.
func TestUnresolvedHostIsNotNear(t *testing.T) {
	t.Parallel()
	url, err := signature.ParseURL("http://crm.example/hook")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if IsNear(ctx, url) {
		t.Error("the host counts as near")
	}
}

func TestMetadataAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for url, refused := range map[string]bool{
		"http://169.254.169.254/latest": true, "http://169.254.1.1:80/": true, "http://[fd00:ec2::254]/": true, "http://[::ffff:169.254.169.254]/": true,
		"http://127.0.0.1/": false, "http://[fd00:ec2::253]/": false, "http://crm.example/": false,
	} {
		parsed, err := signature.ParseURL(url)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckMetadata(parsed); (err != nil) != refused {
			t.Errorf("%s: got %v", url, err)
		}
		if !refused {
			continue
		}
		// The connection is refused too: a name can have such an address.
		e := New(Options{BlockMetadata: true, Timeout: 5 * time.Second})
		hook := Webhook{URL: parsed}
		d, err := e.Send(t.Context(), &hook, Plan(&hook, Message{Body: []byte("{}")}), nil)
		if err != nil || d.Error != history.FailureOther || !strings.Contains(d.Reason, "metadata") {
			t.Errorf("%s: %s, %q, %v", url, d.Error, d.Reason, err)
		}
		if _, err := HTTPClient(Options{BlockMetadata: true}).Get(url); !strings.Contains(fmt.Sprint(err), "metadata") {
			t.Errorf("a probe of %s: %v", url, err)
		}
	}
}

// TestMetadataAddressesBehindNames checks names that resolve to a metadata address.
func TestMetadataAddressesBehindNames(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"an IPv4 address": "169.254.169.254", "an IPv6 address": "fd00:ec2::254"} {
		dialer := (&Options{BlockMetadata: true}).dialer()
		dialer.Resolver = resolverTo(t, netip.MustParseAddr(address))
		_, err := dialer.DialContext(t.Context(), "tcp", "crm.example:80")
		var refused *metadataError
		if !errors.As(err, &refused) || refused.address.String() != address {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// resolverTo returns a resolver for which every name has this address.
func resolverTo(t *testing.T, address netip.Addr) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		packet := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(packet)
			if err != nil {
				return // closed
			}
			if answer, err := dnsAnswer(packet[:n], address); err == nil {
				_, _ = server.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// dnsAnswer returns the answer to a question: the address, if it is of the type that the question asks for.
func dnsAnswer(question []byte, address netip.Addr) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, err
	}
	m.Response, m.Additionals = true, nil
	asked := m.Questions[0]
	header := dnsmessage.ResourceHeader{Name: asked.Name, Class: asked.Class, TTL: 60}
	switch {
	case asked.Type == dnsmessage.TypeA && address.Is4():
		m.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: address.As4()}}}
	case asked.Type == dnsmessage.TypeAAAA && address.Is6():
		m.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AAAAResource{AAAA: address.As16()}}}
	}
	return m.Pack()
}

// TestRedirectsToMetadataAddressesAreRefused checks the client of probes, which follows redirects.
func TestRedirectsToMetadataAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"http://169.254.169.254/latest", "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]/"} {
		server := httptest.NewServer(http.RedirectHandler(target, http.StatusFound))
		defer server.Close()
		var refused *metadataError
		if _, err := HTTPClient(Options{BlockMetadata: true}).Get(server.URL); !errors.As(err, &refused) {
			t.Errorf("%s: %v", target, err)
		}
	}
}
