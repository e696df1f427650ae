package emitter

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"artihook/emitter/signature"
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
		e := New(Options{RefuseMetadata: true, Timeout: 5 * time.Second})
		hook := Webhook{URL: parsed}
		d, err := e.Send(t.Context(), &hook, Plan(&hook, Message{Body: []byte("{}")}), nil)
		if err != nil || d.Error != FailureOther || !strings.Contains(d.Reason, "metadata") {
			t.Errorf("%s: %s, %q, %v", url, d.Error, d.Reason, err)
		}
		if _, err := HTTPClient(Options{RefuseMetadata: true}).Get(url); !strings.Contains(fmt.Sprint(err), "metadata") {
			t.Errorf("a probe of %s: %v", url, err)
		}
	}
}
