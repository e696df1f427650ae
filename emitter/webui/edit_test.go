package webui

import (
	"testing"

	"artihook/emitter"
	"artihook/emitter/signature"

	"github.com/chromedp/chromedp"
)

func TestBrowserEditsAndSends(t *testing.T) {
	s := newSite(t)
	s.converse(1, 1)
	b := s.open(t)
	b.visit("/deliveries/1")
	b.run(chromedp.Click(`.menu summary`), chromedp.Click(`#edit`))
	b.wait(`location.pathname === '/deliveries/1/edit' && document.getElementById('json-check')?.innerText === 'Valid JSON.'`)
	write := func(text string) chromedp.Action {
		return chromedp.Evaluate(`(() => { const field = document.getElementById('edit-body'); field.value = '`+text+`'; field.dispatchEvent(new Event('input')); })()`, nil)
	}
	b.run(write(`{"a": `))
	b.wait(`document.getElementById('json-check').innerText.startsWith('Not JSON: ')`)
	b.run(chromedp.Click(`button[value=preview]`))
	b.wait(`document.querySelector('.banner')?.innerText.includes('You can still send it')`)
	b.run(write(`{"a": [1.0, "é"]}`))
	b.wait(`document.getElementById('json-check').innerText === 'Valid JSON.'`)
	b.run(chromedp.Click(`button[value=preview]`))
	b.wait(`document.querySelector('.banner') === null && document.querySelector('pre.raw')?.textContent === '{"a":[1.0,"é"]}'`)
	b.run(chromedp.Click(`#send-edited`))
	b.wait(`location.pathname === '/deliveries/2' && document.querySelector('.outcome').innerText === '204'`)
	d, err := s.store.Get(t.Context(), 2)
	if err != nil || string(d.Request.Body) != `{"a":[1.0,"é"]}` || d.ResendOf != 1 {
		t.Errorf("sent was %s, a resend of #%d, %v", d.Request.Body, d.ResendOf, err)
	}
}

// TestBrowserExplainsARejection checks the explanation of a wrong signature, and that of a signature that the receiver has computed.
func TestBrowserExplainsARejection(t *testing.T) {
	s := newSite(t)
	hook := s.page.opt.Webhooks[0]
	s.converse(1, 1)
	d, err := s.store.Get(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	hook.Secret = signature.NewSecret(secretText + " ")
	rejected := s.emit(&hook, emitter.Message{Body: d.Request.Body})
	if rejected.Status != 401 {
		t.Fatalf("the status is %d", rejected.Status)
	}
	b := s.open(t)
	b.visit("/deliveries/2")
	b.wait(`document.querySelector('.reasons h2').innerText === 'Why was it rejected?' && document.querySelector('.reasons').innerText.includes('space')`)
	computed := signature.Sign(signature.NewSecret(secretText), signature.SchemeURL, signature.Message{Method: "POST", URL: s.receiver + "/", Body: rejected.Request.Body})
	b.run(chromedp.SendKeys(`.reasons input[name=signature]`, computed), chromedp.Click(`.reasons button`))
	b.wait(`location.pathname === '/deliveries/2/explain' && document.querySelector('.reasons').innerText.includes('slash') && document.getElementById('older') !== null`)
}
