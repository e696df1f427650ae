package webui

import (
	"fmt"
	"testing"
	"time"

	"artihook/emitter/history"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// TestBrowserDragsOverTheChart narrows the time to the first half of an hour.
func TestBrowserDragsOverTheChart(t *testing.T) {
	s := newSite(t)
	for i := range 6 {
		s.behind = time.Duration(60-10*i) * time.Minute
		s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	}
	b := s.open(t)
	b.size(1280, 800)
	b.visit("/")
	edges := eval[[]float64](b, `(() => { const box = document.getElementById('chart').getBoundingClientRect(); return [box.left, box.width, box.top + 20]; })()`)
	left, middle, y := edges[0]+1, edges[0]+edges[1]/2, edges[2]
	held := func(p *input.DispatchMouseEventParams) *input.DispatchMouseEventParams { return p.WithButtons(1) }
	b.run(
		chromedp.MouseEvent(input.MousePressed, left, y, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.MouseMoved, middle, y, chromedp.ButtonLeft, held),
	)
	b.wait(`document.querySelectorAll('#chart a.dragged').length > 1`)
	b.run(chromedp.MouseEvent(input.MouseReleased, middle, y, chromedp.ButtonLeft))
	b.wait(`new URLSearchParams(location.search).has('since') && new URLSearchParams(location.search).has('until') && document.readyState === 'complete'`)
	if ids := eval[string](b, `[...document.querySelectorAll('#rows tr')].map((row) => row.dataset.id).join(' ')`); ids != "3 2 1" {
		t.Errorf("the first half has the deliveries %s", ids)
	}
	b.run(chromedp.Click(`.chip.clear`))
	b.wait(`location.search === '' && document.querySelectorAll('#rows tr').length === 6`)
}

// TestBrowserDoesNotMoveTheReader checks that new deliveries wait while the reader is further down.
func TestBrowserDoesNotMoveTheReader(t *testing.T) {
	s := newSite(t)
	add := func(n int) {
		var batch []*history.Delivery
		for range n {
			batch = append(batch, &history.Delivery{Time: time.Now(), URL: s.receiver, Event: "lead:updated"})
		}
		if err := s.store.Plan(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	add(60)
	b := s.open(t)
	b.size(1280, 600)
	b.visit("/")
	b.live()
	b.run(chromedp.Evaluate(`scrollTo(0, 700)`, nil))
	b.wait(`scrollY === 700`)
	place := `document.querySelector('tr[data-id="40"]').getBoundingClientRect().top + ' ' + document.querySelectorAll('#rows tr').length`
	before := eval[string](b, place)
	add(11)
	b.wait(`document.getElementById('news').innerText === '11 new' && document.title.startsWith('(11) ')`)
	if after := eval[string](b, place); after != before {
		t.Errorf("the list has moved: %s, before %s", after, before)
	}
	b.run(chromedp.KeyEvent("."))
	b.wait(`document.querySelectorAll('#rows tr').length === 71 && scrollY === 0 && document.getElementById('news').hidden && !document.title.startsWith('(')`)
}

// TestBrowserNarrowFilters checks that the filters leave the first screen of a phone to the deliveries.
func TestBrowserNarrowFilters(t *testing.T) {
	s := newSite(t)
	for range 3 {
		s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	}
	b := s.open(t)
	b.size(360, 740)
	b.visit("/")
	if top := eval[float64](b, `document.querySelector('#rows tr').getBoundingClientRect().top`); top > 520 {
		t.Errorf("the first delivery is at %.0f of 740 px", top)
	}
	shown := func(name string) string {
		return fmt.Sprintf(`document.querySelector('.filters [name=%s]').checkVisibility()`, name)
	}
	if !eval[bool](b, shown("who")+" && !"+shown("grep")) {
		t.Error("want the field for the person only")
	}
	b.run(chromedp.Click(`label.more-filters`))
	b.wait(shown("grep"))
	b.visit("/?grep=x")
	b.wait(shown("grep"))
}
