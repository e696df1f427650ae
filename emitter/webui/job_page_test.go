package webui

import (
	"testing"

	"github.com/chromedp/chromedp"
)

func TestBrowserCancelsAJob(t *testing.T) {
	s := newSite(t)
	var j jobObject
	s.api("POST", "/api/play", `{"webhook":"crm","pace":"1h"}`, &j)
	b := s.open(t)
	b.visit("/jobs/1")
	b.wait(`document.querySelector('#job .outcome').innerText === 'running' && document.querySelector('progress') !== null`)
	b.run(chromedp.Click(`form[action="/jobs/1/cancel"] button`))
	b.wait(`document.querySelector('#job .outcome').innerText === 'cancelled' && document.querySelector('form[action="/jobs/1/cancel"]') === null`)
	if j = s.ended(j); j.State != "cancelled" || *j.OK {
		t.Errorf("the job is %+v", j)
	}
}
