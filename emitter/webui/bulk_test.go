package webui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"artihook/emitter/history"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// TestBrowserBulkActions resends, exports and deletes selected deliveries. TestBrowserHoldsTheList compares two.
func TestBrowserBulkActions(t *testing.T) {
	s := newSite(t)
	s.converse(1, 2) // #1 and #2
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, ""); d.Source = history.SourceCheck })
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 401, ""); d.Tampered = "signature" })
	b := s.open(t)
	b.size(1280, 800)
	b.visit("/")
	b.run(chromedp.Click(`#select-all`))
	b.wait(`document.getElementById('selected').innerText === '4 selected'`)
	b.run(chromedp.Click(`#selection [value=resend]`))
	b.wait(`location.pathname === '/jobs/1' && 'running' in (document.getElementById('job')?.dataset ?? { running: 1 }) === false`)
	text := eval[string](b, `document.getElementById('job').innerText`)
	for _, want := range []string{"#3 is skipped", "#4 is skipped", "#5", "#6", "passed"} {
		if !strings.Contains(text, want) {
			t.Errorf("the job does not show %q: %s", want, text)
		}
	}
	if last, err := s.store.Last(t.Context()); err != nil || last.ID != 6 || last.ResendOf != 2 {
		t.Errorf("the last delivery is #%d, a resend of #%d, %v", last.ID, last.ResendOf, err)
	}

	folder := t.TempDir()
	saved := make(chan string, 1)
	chromedp.ListenTarget(b.ctx, func(event any) {
		if event, ok := event.(*cdpbrowser.EventDownloadProgress); ok && event.State == cdpbrowser.DownloadProgressStateCompleted {
			saved <- event.GUID
		}
	})
	b.visit("/")
	b.run(
		cdpbrowser.SetDownloadBehavior(cdpbrowser.SetDownloadBehaviorBehaviorAllowAndName).WithDownloadPath(folder).WithEventsEnabled(true),
		chromedp.Click(`tr[data-id="1"] input`), chromedp.Click(`tr[data-id="3"] input`), chromedp.Click(`#selection [value=export]`),
	)
	select {
	case name := <-saved:
		content, err := os.ReadFile(filepath.Join(folder, name))
		if lines := strings.Split(strings.TrimSpace(string(content)), "\n"); err != nil || len(lines) != 2 || !strings.HasPrefix(lines[0], `{"id":1,`) || !strings.HasPrefix(lines[1], `{"id":3,`) {
			t.Errorf("exported was %s, %v", content, err)
		}
	case <-b.ctx.Done():
		t.Fatal("nothing was exported")
	}

	b.run(chromedp.Click(`#selection [value=delete]`))
	b.wait(`document.querySelector('h1').innerText === 'Delete 2 deliveries?' && document.querySelectorAll('.deliveries li').length === 2`)
	b.run(chromedp.Click(`[value=delete-now]`))
	b.wait(`location.pathname === '/' && [...document.querySelectorAll('#rows tr')].map((row) => row.dataset.id).join(' ') === '6 5 4 2'`)
}
