package webui

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"artihook/emitter"
	"artihook/emitter/history"
)

func TestDeliveryShowsFlawsOfThePayload(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.converse(0, 1)
	d, err := s.store.Get(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	const title = "Payload: it differs from what ArtiBot sends"
	if _, body := s.get("/deliveries/2"); strings.Contains(plainText(body), title) {
		t.Error("the page reports flaws of a payload of ArtiBot")
	}
	edited := emitter.Plan(&s.page.opt.Webhooks[0], emitter.Message{Body: bytes.Replace(d.Request.Body, []byte(`"is_mobile":`), []byte(`"mobile":`), 1)})
	edited.Time = d.Time
	if err := s.store.Plan(t.Context(), []*history.Delivery{&edited}); err != nil {
		t.Fatal(err)
	}
	_, body := s.get(fmt.Sprintf("/deliveries/%d", edited.ID))
	shown := plainText(body)
	for _, want := range []string{
		title, "missing-key meta.browser.is_mobile: the key is missing #/$defs/Browser/required",
		"unknown-key meta.browser.mobile: ArtiBot does not send this key (docs/contract.md in artihook's repository, section 2, The body) #/$defs/Browser/additionalProperties",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q on the page", want)
		}
	}
}
