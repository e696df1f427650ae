package emitter

import (
	"testing"

	"artihook/emitter/signature"

	"github.com/google/go-cmp/cmp"
)

// TestResend plans a resend to a webhook with another secret, signed again and exact.
func TestResend(t *testing.T) {
	t.Parallel()
	first := Plan(&Webhook{URL: parseURL(t, "http://localhost:8000/old"), Secret: signature.NewSecret("old secret")}, testMessage())
	first.ID = 7
	now := &Webhook{URL: parseURL(t, "http://localhost:9000/new"), Secret: signature.NewSecret("new secret")}

	again := Plan(now, ResendMessage(&first))
	want := Plan(now, testMessage())
	want.ResendOf = 7
	if diff := cmp.Diff(want, again); diff != "" {
		t.Error(diff)
	}
	first.RawRequest = first.Request.AppendRaw(nil)
	exact, err := ResendExact(&first)
	if diff := cmp.Diff(first.Request, exact.Request); err != nil || diff != "" || exact.ResendOf != 7 || exact.ID != 0 {
		t.Errorf("resend of %d as %d: %s, %v", exact.ResendOf, exact.ID, diff, err)
	}
	first.RawRequest = []byte("not a request")
	if _, err := ResendExact(&first); err == nil {
		t.Error("no error for unknown bytes")
	}
}
