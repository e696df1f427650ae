package webui

import (
	"fmt"
	"net/url"
	"os"
	stdruntime "runtime"
	"strings"
	"testing"
	"time"

	"artihook/emitter/exchange"
	"artihook/emitter/history"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// other opens the history again, as another process would.
func (s *site) other() *history.Store { return openHistory(s.t, s.store.Path()) }

func cell(id int64, class string) string {
	return fmt.Sprintf(`document.querySelector('tr[data-id="%d"] td.%s')?.innerText.trim()`, id, class)
}

func TestBrowserListIsLive(t *testing.T) {
	s := newSite(t)
	b := s.open(t)
	b.size(1280, 800)
	b.visit("/")
	b.live()
	other := s.other()
	start := time.Now()
	d := s.record(other, nil)
	b.wait(cell(d.ID, "s") + ` === 'waiting'`)
	t.Logf("the page shows a delivery of another process after %v", time.Since(start).Round(time.Millisecond))
	if eval[bool](b, `document.getElementById('empty') !== null`) {
		t.Error("the page has the text for an empty history and a delivery")
	}
	b.run(chromedp.Focus(`tr a.open`))
	withResponse(d, 204, "")
	s.finish(other, d)
	b.wait(cell(d.ID, "s") + ` === '204'`)
	if !eval[bool](b, `document.activeElement.matches('tr a.open')`) {
		t.Error("the row has lost the focus")
	}
	second := s.record(other, func(d *history.Delivery) { withResponse(d, 503, "") })
	b.wait(cell(second.ID, "s") + ` === '503'`)
	if ids := eval[string](b, `[...document.querySelectorAll('#rows tr')].map((row) => row.dataset.id).join(' ')`); ids != "2 1" {
		t.Errorf("the order is %s", ids)
	}
}

func TestBrowserListIsBounded(t *testing.T) {
	s := newSite(t)
	b := s.open(t)
	b.visit("/")
	b.live()
	for range 3 {
		var batch []*history.Delivery
		for range 60 {
			batch = append(batch, &history.Delivery{Time: time.Now(), URL: s.receiver, Event: "lead:updated"})
		}
		if err := s.store.Plan(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		b.wait(fmt.Sprintf(`document.querySelector('tr[data-id="%d"]') !== null`, batch[59].ID))
	}
	if rows := eval[int](b, `document.querySelectorAll('#rows tr').length`); rows != pageRows {
		t.Errorf("the list has %d rows", rows)
	}
}

func TestBrowserFilters(t *testing.T) {
	s := newSite(t)
	b := s.open(t)
	b.size(1280, 800)
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	b.visit("/")
	b.run(chromedp.SendKeys(`input[name=status]`, "5xx"+kb.Enter))
	b.wait(`location.search === '?status=5xx'`)
	b.live()
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	d := s.record(s.store, func(d *history.Delivery) { withResponse(d, 503, "") })
	b.wait(cell(d.ID, "s") + ` === '503'`)
	if rows := eval[int](b, `document.querySelectorAll('#rows tr').length`); rows != 1 {
		t.Errorf("%d rows match the filter", rows)
	}
	b.run(chromedp.SetValue(`select[name=webhook]`, "crm"))
	b.wait(`location.search === '?status=5xx&webhook=crm'`)
	b.run(chromedp.Click(`.chip.clear`))
	b.wait(`location.search === '' && document.querySelectorAll('#rows tr').length === 3`)
}

func TestBrowserPause(t *testing.T) {
	s := newSite(t)
	b := s.open(t)
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	b.visit("/")
	b.live()
	b.run(chromedp.Click(`#live`))
	d := s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	b.wait(`document.getElementById('live').innerText === 'Paused, 1 new'`)
	if rows := eval[int](b, `document.querySelectorAll('#rows tr').length`); rows != 1 {
		t.Errorf("a paused list has %d rows", rows)
	}
	b.run(chromedp.Click(`#live`))
	b.wait(cell(d.ID, "n") + ` === '2'`)
}

// TestBrowserHoldsTheList checks that new deliveries do not move a list in which rows are selected.
func TestBrowserHoldsTheList(t *testing.T) {
	s := newSite(t)
	b := s.open(t)
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	b.size(1280, 800)
	b.visit("/")
	b.live()
	b.run(chromedp.Click(`tr[data-id="1"] input`))
	b.wait(`document.getElementById('selected').innerText === '1 selected' && document.querySelector('#selection [value=compare]').disabled`)
	d := s.record(s.store, func(d *history.Delivery) { withResponse(d, 503, "") })
	b.wait(`document.getElementById('news').innerText === '1 new' && document.title.startsWith('(1) ')`)
	if rows := eval[int](b, `document.querySelectorAll('tbody#rows tr').length`); rows != 1 {
		t.Errorf("the list has %d rows", rows)
	}
	b.run(chromedp.Click(`#news`))
	b.wait(cell(d.ID, "s") + ` === '503' && document.getElementById('news').hidden && !document.title.startsWith('(')`)
	b.run(chromedp.Click(`tr[data-id="2"] input`))
	b.wait(`document.getElementById('selected').innerText === '2 selected'`)
	b.run(chromedp.Click(`#selection [value=compare]`))
	b.wait(`location.pathname === '/compare' && document.querySelectorAll('.diff .removed').length > 0`)
}

// TestBrowserReconnects closes the connection of the page.
func TestBrowserReconnects(t *testing.T) {
	s := newSite(t)
	b := s.open(t)
	b.visit("/")
	b.live()
	s.server.CloseClientConnections()
	b.wait(`document.querySelector('#live[data-state=off]') !== null`)
	d := s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	b.wait(cell(d.ID, "s") + ` === '204'`)
	b.live()
	b.ignore("net::ERR_") // the closed connection
}

// TestBrowserInTheBackground: a hidden page disconnects, and shows all changes when it is visible again.
func TestBrowserInTheBackground(t *testing.T) {
	s := newSite(t)
	open := s.record(s.store, nil)
	b := s.open(t)
	b.visit("/")
	b.live()
	hide := `Object.defineProperty(document, 'hidden', { value: %v, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`
	b.run(chromedp.Evaluate(fmt.Sprintf(hide, true), nil))
	for len(s.page.listeners) > 0 { // until the timeout of the test
		if b.ctx.Err() != nil {
			t.Fatal("the server still has a listener")
		}
		stdruntime.Gosched()
	}
	withResponse(open, 204, "")
	s.finish(s.store, open)
	d := s.record(s.store, func(d *history.Delivery) { withResponse(d, 503, "") })
	b.run(chromedp.Evaluate(fmt.Sprintf(hide, false), nil))
	b.wait(cell(d.ID, "s") + ` === '503' && ` + cell(open.ID, "s") + ` === '204'`)
}

func TestBrowserResend(t *testing.T) {
	s := newSite(t)
	s.converse(1, 1)
	b := s.open(t)
	b.visit("/deliveries/1")
	b.run(chromedp.Click(`#again`))
	b.wait(`location.pathname === '/deliveries/2' && document.readyState === 'complete' && document.querySelector('.outcome').innerText === '204'`)
	b.run(chromedp.Click(`.menu summary`), chromedp.Click(`#exact`))
	b.wait(`location.pathname === '/deliveries/3' && document.readyState === 'complete' && document.querySelector('.outcome').innerText === '204'`)
	b.run(chromedp.Click(`.menu summary`), chromedp.SendKeys(`.menu input[name=url]`, s.receiver+"?x"+kb.Enter))
	b.wait(`location.pathname === '/deliveries/4' && document.querySelector('.outcome').innerText === '401'`)
}

func TestBrowserDeliveryShowsTheResponse(t *testing.T) {
	s := newSite(t)
	d := s.record(s.store, nil)
	b := s.open(t)
	b.visit("/deliveries/1")
	b.wait(`document.querySelector('.outcome').innerText === 'waiting'`)
	b.run(chromedp.Click(`.menu summary`), chromedp.SendKeys(`.menu input[name=url]`, "http://half"))
	withResponse(d, 500, `{"why":"broken"}`)
	s.finish(s.store, d)
	b.wait(`document.querySelector('.outcome').innerText === '500' && document.body.innerText.includes('"broken"')`)
	b.run(chromedp.KeyEvent("way"))
	b.wait(`document.querySelector('.menu input[name=url]').value === 'http://halfway'`) // the menu is not replaced
	b.run(chromedp.KeyEvent(kb.Escape))
	b.wait(`!document.querySelector('.menu').open && document.activeElement.matches('.menu summary')`)
	b.run(chromedp.Click(`.menu summary`))
	b.wait(`document.querySelector('.menu').open`)
	b.run(chromedp.Click(`.crumbs`))
	b.wait(`!document.querySelector('.menu').open`)
}

func TestBrowserLeadGrows(t *testing.T) {
	s := newSite(t)
	s.post("/send", url.Values{"to": {"crm"}, "action": {"created"}}, nil)
	first, err := s.store.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := s.open(t)
	b.visit("/lead?id=" + first.Lead)
	b.wait(`document.querySelectorAll('.timeline > li').length === 1`)
	s.post("/send", url.Values{"to": {"crm"}, "action": {"updated"}, "lead": {first.Lead}}, nil)
	b.wait(`document.querySelectorAll('.timeline > li').length === 2 && document.querySelectorAll('.added').length === 2`)
}

func TestBrowserSendForm(t *testing.T) {
	s := newSite(t)
	b := s.open(t)
	b.visit("/send")
	b.run(chromedp.SetValue(`#bot`, "travel"))
	b.wait(`!document.getElementById('answers').innerText.includes('Work Email')`)
	b.run(chromedp.Click(`input[name=action][value=updated]`), chromedp.Click(`button[name=preview]`))
	b.wait(`document.getElementById('send-it') !== null`)
	previewed := eval[string](b, `document.querySelector('pre.raw').textContent`)
	b.run(chromedp.Click(`#send-it`))
	b.wait(`location.pathname === '/deliveries/1'`)
	d, err := s.store.Get(t.Context(), 1)
	if err != nil || string(d.Request.Body) != previewed || d.Bot != "travel" || d.Event != "lead:updated" {
		t.Errorf("previewed %s, sent %s, %v", previewed, d.Request.Body, err)
	}
}

func TestBrowserCopiesCurl(t *testing.T) {
	s := newSite(t)
	s.converse(1, 1)
	b := s.open(t)
	b.visit("/deliveries/1")
	b.run(
		chromedp.Evaluate(`document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })`, nil),
		chromedp.Evaluate(`window.copied = null; navigator.clipboard.writeText = async (text) => { window.copied = text; }`, nil),
		chromedp.Click(`[data-copy=curl]`),
	)
	b.wait(`window.copied !== null && document.querySelector('[data-copy=curl]').innerText === 'Copied'`)
	d, err := s.store.Get(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if copied := eval[string](b, `window.copied`); copied != curl(&d) {
		t.Errorf("copied was %s", copied)
	}
}

func TestBrowserKeyboard(t *testing.T) {
	s := newSite(t)
	for range 3 {
		s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	}
	b := s.open(t)
	b.size(1280, 800)
	b.visit("/")
	b.live()
	b.run(chromedp.KeyEvent(kb.Tab))
	if focus := eval[string](b, `document.activeElement.innerText`); focus != "Skip to the content" {
		t.Errorf("Tab first focuses %q", focus)
	}
	b.run(chromedp.KeyEvent(kb.Enter))
	b.wait(`document.activeElement.id === 'main'`)
	var stops []string
	for range 24 {
		b.run(chromedp.KeyEvent(kb.Tab))
		if !eval[bool](b, `getComputedStyle(document.activeElement).outlineStyle !== 'none' || document.activeElement.matches('a.open')`) {
			t.Errorf("after %s: no focus ring around %.80s", stops, eval[string](b, `document.activeElement.outerHTML`))
		}
		stops = append(stops, eval[string](b, `document.activeElement.name || document.activeElement.id || document.activeElement.className || document.activeElement.innerText`))
	}
	if got := strings.Join(stops, ", "); !strings.Contains(got, "live, show-keys, chip, ") || !strings.Contains(got, "who, grep, webhook, event, source, status, lead, since, until, Filter, ") || !strings.Contains(got, "open, open, open") {
		t.Errorf("Tab focuses %s", got)
	}
	b.run(chromedp.Focus(`tr[data-id="3"] a.open`), chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("k"), chromedp.KeyEvent("x"))
	b.wait(`document.activeElement.closest('tr').dataset.id === '2' && document.activeElement.closest('tr').querySelector('input').checked`)
	b.run(chromedp.KeyEvent("?"))
	b.wait(`document.getElementById('keys').open`)
	b.run(chromedp.KeyEvent(kb.Escape))
	b.wait(`!document.getElementById('keys').open`)
	b.run(chromedp.KeyEvent("/"))
	b.wait(`document.activeElement.name === 'who'`)
	b.run(chromedp.Focus(`tr[data-id="3"] a.open`), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp))
	b.wait(`document.activeElement.closest('tr').dataset.id === '2'`)
	b.run(chromedp.KeyEvent(kb.Enter))
	b.wait(`location.pathname === '/deliveries/2'`)
	b.run(chromedp.Focus(`#request-pretty`), chromedp.KeyEvent(kb.ArrowRight))
	b.wait(`document.querySelector('pre.raw').offsetHeight > 0 && document.querySelector('pre.pretty').offsetHeight === 0`)
}

// TestBrowserLayoutIsStable: new deliveries do not move the elements around the list.
func TestBrowserLayoutIsStable(t *testing.T) {
	s := newSite(t)
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	b := s.open(t)
	b.size(1600, 900)
	b.visit("/")
	places := `[...document.querySelectorAll('.bar a, h1, #live, .filters label, .filters button, th')].map((e) => {
		const box = e.getBoundingClientRect(); return [box.x, box.y, box.width, box.height].map(Math.round).join(',');
	}).join(' ')`
	b.live()
	before := eval[string](b, places)
	var last *history.Delivery
	for i := range 40 {
		last = s.record(s.store, func(d *history.Delivery) {
			withResponse(d, 200+i%4*100, "")
			d.URL, d.Webhook, d.Lead = strings.Repeat("http://long.example/", 20), "", strings.Repeat("lead", 30)
		})
	}
	b.wait(cell(last.ID, "n") + ` === '41'`)
	if after := eval[string](b, places); after != before {
		t.Errorf("before %s\nafter  %s", before, after)
	}
}

// TestBrowserWithoutScripts blocks the script of the page. The browser runs others, because chromedp needs them.
func TestBrowserWithoutScripts(t *testing.T) {
	s := newSite(t)
	s.converse(0, 1)
	b := s.open(t)
	b.run(network.SetBlockedURLs().WithURLPatterns([]*network.BlockPattern{{URLPattern: "http://*:*/assets/page.js", Block: true}}))
	b.visit("/")
	b.run(chromedp.Click(`tr[data-id="2"] a.open`))
	b.wait(`location.pathname === '/deliveries/2' && document.readyState === 'complete'`)
	b.run(chromedp.Click(`label[for=request-raw]`), chromedp.WaitVisible(`pre.raw`), chromedp.WaitNotVisible(`pre.pretty`))
	b.run(chromedp.Click(`.fold:last-of-type summary`), chromedp.WaitVisible(`#curl`), chromedp.Click(`#again`))
	b.wait(`location.pathname !== '/deliveries/2' && document.readyState === 'complete'`)
	b.visit("/send")
	b.run(chromedp.SetValue(`#bot`, "travel"), chromedp.Click(`#show-questions`))
	b.wait(`location.search.includes('bot=travel') && document.readyState === 'complete'`)
	b.run(chromedp.Click(`button[name=preview]`))
	b.wait(`location.search.includes('preview=') && document.readyState === 'complete'`)
	b.run(chromedp.Click(`#send-it`))
	b.wait(`location.pathname.startsWith('/deliveries/')`)
	last, err := s.store.Last(t.Context())
	if err != nil || last.Bot != "travel" {
		t.Errorf("the last delivery is #%d of the bot %q, %v", last.ID, last.Bot, err)
	}
	b.ignore("ERR_BLOCKED_BY_CLIENT")
}

// attack is a text that would run a script in text, in an attribute or in an address.
const attack = `"'><script>window.ran=1</script><img src=x onerror="window.ran=2"><svg/onload=window.ran=3>javascript:window.ran=4//`

func TestBrowserRunsNoRecordedScript(t *testing.T) {
	s := newSite(t)
	event := strings.ReplaceAll(readSample(t), "{{attack}}", strings.ReplaceAll(attack, `"`, `\"`))
	attacked := func(d *history.Delivery) {
		d.Webhook, d.URL, d.SignURL, d.Scheme, d.Edition, d.Bot = attack, attack, attack, attack, attack, attack
		d.Event, d.Lead, d.Scenario, d.Step, d.Version = attack, attack, attack, attack, 3
		d.Request = exchange.Request{
			Method: "POST", Target: "/" + attack, Host: attack, Body: []byte(event),
			Headers: []exchange.Header{{Name: "x-artibot-signature", Value: attack}, {Name: "X-Odd", Value: attack}},
		}
		d.RawResponse = []byte("HTTP/1.1 200 " + attack + "\r\nContent-Type: text/html\r\nX-Odd: " + attack + "\r\n" + attack + ": x\r\n\r\n<html>" + attack)
		if err := d.SetResponse(d.RawResponse, false); err != nil {
			t.Fatal(err)
		}
	}
	failed := func(d *history.Delivery) {
		attacked(d)
		d.Response, d.RawResponse, d.Status, d.Error, d.Reason = nil, nil, 0, attack, attack
	}
	b := s.open(t)
	b.visit("/")
	b.live()
	s.record(s.store, attacked)
	last := s.record(s.store, failed)
	b.wait(cell(last.ID, "n") + ` === '2'`) // added by the script of the page
	q := url.QueryEscape(attack)
	for _, path := range []string{
		"", "/", "/?grep=" + q, "/?webhook=" + q, "/?lead=" + q, "/deliveries/1", "/deliveries/2", "/lead?id=" + q, "/send?lead=" + q + "&action=updated",
		"/send?to=" + q + "&url=" + q + "&bot=" + q + "&edition=" + q + "&field=" + q + "&answer=" + q,
	} {
		if path != "" {
			b.visit(path)
		}
		// An injected handler would have run before the response to this request.
		b.run(chromedp.Evaluate(`fetch('/assets/icon.svg').then((response) => response.text())`, nil, awaited))
		if ran := eval[string](b, `String(window.ran)`); ran != "undefined" {
			t.Errorf("%s: script %s has run", path, ran)
		}
		if made := eval[int](b, `document.querySelectorAll('main script, main img, main svg:not(#chart)').length`); made != 0 {
			t.Errorf("%s: recorded text has become %d elements", path, made)
		}
	}
}

// readSample returns an event with a placeholder for the attack in every string.
func readSample(t *testing.T) string {
	t.Helper()
	sample, err := os.ReadFile("testdata/attacked.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(sample)
}

func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
