package webui

import (
	"fmt"
	"testing"

	"artihook/emitter"
	"artihook/emitter/payload"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"
)

// TestBrowserFoldsLongLeads checks that the page of a lead with 60 long answers is short.
func TestBrowserFoldsLongLeads(t *testing.T) {
	s := newSite(t)
	s.converse(1, 1)
	d, err := s.store.Get(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	event, err := payload.Decode(d.Request.Body)
	if err != nil {
		t.Fatal(err)
	}
	event.Lead.Data = nil
	for i := range 60 {
		text := fmt.Sprintf("%d: %0300d", i, i)
		event.Lead.Data = append(event.Lead.Data, payload.Answer{Field: fmt.Sprintf("Question %d", i), Type: payload.TypeText, Input: text, Display: text, Value: payload.Text(text)})
	}
	hook := s.page.opt.Webhooks[0]
	event.Lead.ID = uuid.MustParse("3f1c9a52-0000-4000-8000-000000000060")
	lead := s.emit(&hook, emitter.EventMessage(&event)).Lead
	b := s.open(t)
	b.size(1280, 900)
	b.visit("/lead?id=" + lead)
	if height := eval[int](b, `document.body.scrollHeight`); height > 900 {
		t.Errorf("the page has %d px", height)
	}
	b.run(chromedp.Click(`.final > summary`))
	b.wait(`[...document.querySelectorAll('.final tbody tr')].filter((row) => row.checkVisibility()).length === 60`)
	b.run(chromedp.Click(`.more-answers > summary`))
	b.wait(`[...document.querySelectorAll('.answers .long summary')].filter((row) => row.checkVisibility()).length === 60`)
	if out := eval[string](b, outside); out != "" {
		t.Errorf("outside the page: %s", out)
	}
}
