package webui

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"artihook/emitter/signature"
	"artihook/emitter/traffic"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeScript returns the script of axe-core. It skips the test if it is missing.
func axeScript(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile("testdata/node-axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("axe-core is not installed: run npm ci in emitter/webui/testdata/node-axe")
	}
	return string(script)
}

// The scripts return the violations of WCAG 2.2 AA and of best practices: of all rules, of those that depend on the layout or the
// colours, and of those that depend on the layout.
const (
	axeAll     = `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] })` + axeList
	axeColours = `axe.run({ runOnly: ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'], resultTypes: ['violations'] })` + axeList
	axeLayout  = `axe.run({ runOnly: ['scrollable-region-focusable', 'target-size'], resultTypes: ['violations'] })` + axeList
	axeList    = `.then((result) => result.violations.flatMap((v) => v.nodes.map((n) => v.id + ' at ' + n.target + ': ' + n.any.concat(n.all, n.none).map((c) => c.message).join(' '))).slice(0, 5).join('\n'))`
)

// TestBrowserAccessibility checks every view at each width and in both colour schemes with axe-core. Nothing may be outside the page.
func TestBrowserAccessibility(t *testing.T) {
	script := axeScript(t)
	s := newSite(t)
	lead := addSamples(s)
	jobs := []string{
		`{"webhook":"crm","only":["signature-wrong-secret","signature-missing-header"]}`,
		`{"webhook":"crm","text":"name: two\nsteps: [{start: {}}, {answer: 1, expect: {status: 500}}]"}`,
	}
	for i, path := range []string{"/api/check", "/api/run"} {
		var j jobObject
		s.api("POST", path, jobs[i], &j)
		s.ended(j)
	}
	s.api("POST", "/api/play", `{"webhook":"crm","pace":"1h"}`, nil)

	b := s.open(t)
	b.axe = script
	for _, path := range []string{
		"/", "/?status=418", "/?status=nonsense&event=x", "/deliveries/25", "/deliveries/26", "/deliveries/31", "/deliveries/26/edit", "/compare?a=24&b=25",
		"/lead?id=" + lead, "/send", "/send?preview=1&to=crm&action=completed&field=Own&answer=x", "/play", "/run", "/check", "/jobs/1", "/jobs/2", "/jobs/3", "/nothing", "/lead?id=none",
	} {
		b.visit(path)
		if path == "/" {
			b.run(chromedp.Click(`tr[data-id="31"] input`))
		}
		b.checkView(path)
	}
	b.size(1280, 900)
	b.visit("/")
	b.run(chromedp.Click(`tr[data-id="31"] input`), chromedp.Click(`#selection [value=delete]`))
	b.wait(`document.querySelector('[value=delete-now]') !== null`)
	b.checkView("the question before deleting")

	_, check := s.get("/jobs/1/report")
	_, run := s.get("/jobs/2/report")
	for name, report := range map[string]string{"the report of check": check, "the report of run": run, "the report of load": loadReport(t)} {
		b.showReport(report)
		b.checkView(name)
	}
	s.protect()
	b.visit("/")
	b.checkView("/login")
	b.ignore("the server responded with a status of 40")
}

// outside is a script that lists elements beyond the edges of the page, and URLs that are too narrow.
const outside = `(() => {
	const width = document.documentElement.clientWidth;
	const out = document.documentElement.scrollWidth > width ? ['the page can be scrolled'] : [];
	for (const e of document.querySelectorAll('header *, main *')) {
		if (e.closest('pre, .visually-hidden, svg, datalist, option, col, colgroup') || !e.checkVisibility()) continue;
		const box = e.getBoundingClientRect();
		if (!box.width) continue;
		if (box.right > width + 1 || box.left < -1) out.push(e.tagName + '.' + e.className);
		if (e.matches('td.u') && box.width < 60 && e.scrollWidth > e.clientWidth) out.push('a URL of width ' + box.width);
	}
	return out.slice(0, 5).join('; ');
})()`

// withoutSimilar is a script that removes what is similar to the elements before it. The contrast rule takes long for each text.
const withoutSimilar = `(() => {
	for (const more of document.querySelectorAll('#rows tr:nth-child(n+8), .timeline > li:nth-child(n+4), .diff div:nth-child(n+17), .cases li:nth-child(n+9), .deliveries li:nth-child(n+9)')) more.remove();
	for (const pre of document.querySelectorAll('pre')) {
		[...pre.childNodes].slice(24).forEach((node) => node.remove());
		pre.childNodes.forEach((node) => { if (node.nodeType === Node.TEXT_NODE) node.data = node.data.slice(0, 300); });
	}
})()`

// faults is a script that lists what axe-core does not check: ids that are not unique, and controls with different font sizes.
const faults = `(() => {
	const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
	const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
	const sizes = new Set([...document.querySelectorAll('button:not([hidden]), .button, select, input:not([type=radio], [type=hidden])')].map((e) => getComputedStyle(e).fontSize));
	return twice.concat(sizes.size > 1 ? [...sizes] : []).join(' ');
})()`

// looks are the sizes and the colour schemes in which axe-core checks a page. Colours depend on the scheme, the layout on the width.
var looks = []struct {
	scheme string
	width  int64
	rules  string
}{
	{"light", 1280, axeAll},
	{"light", 1600, axeLayout},
	{"light", 768, axeLayout},
	{"light", 360, axeLayout},
	{"dark", 360, axeColours},
}

// checkView runs axe-core on the page that is shown.
func (b *tab) checkView(name string) {
	b.t.Helper()
	b.run(
		chromedp.Evaluate(`document.querySelectorAll('details').forEach((part) => { part.open = true; })`, nil),
		chromedp.Evaluate(withoutSimilar, nil),
		chromedp.Evaluate(b.axe, nil),
	)
	if faults := eval[string](b, faults); faults != "" {
		b.t.Errorf("%s: %s", name, faults)
	}
	for _, look := range looks {
		b.scheme(look.scheme)
		b.size(look.width, 900)
		var violations string
		b.run(chromedp.Evaluate(look.rules, &violations, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
		if violations != "" {
			b.t.Errorf("%s, %s, %d px:\n%s", name, look.scheme, look.width, violations)
		}
		if out := eval[string](b, outside); out != "" {
			b.t.Errorf("%s, %s, %d px: outside the page: %s", name, look.scheme, look.width, out)
		}
	}
}

// showReport shows a page that is not served.
func (b *tab) showReport(content string) {
	b.t.Helper()
	b.run(chromedp.Navigate("about:blank"), chromedp.ActionFunc(func(ctx context.Context) error {
		tree, err := page.GetFrameTree().Do(ctx)
		if err != nil {
			return err
		}
		return page.SetDocumentContent(tree.Frame.ID, content).Do(ctx)
	}), chromedp.WaitReady("main"))
}

// protect serves the same history with a token.
func (s *site) protect() {
	s.page.Close()
	opt := s.page.opt
	opt.Token = signature.NewSecret("open-sesame-4711")
	s.page = New(opt)
	s.server.Config.Handler = s.page
}

// loadReport returns the report of a load with all parts.
func loadReport(t *testing.T) string {
	t.Helper()
	times := traffic.Quantiles{Min: time.Millisecond, P50: 2 * time.Millisecond, P99: 5 * time.Millisecond, Max: 12345 * time.Microsecond}
	r := &traffic.LoadReport{
		Tool: "artihook 0.1.0", Target: "http://localhost:3000/hook", Seed: "7", Started: time.Now(), Took: 2 * time.Second, Rate: 500, Requests: 1000, Errors: 10,
		Latency: times, Service: times, Failures: map[string]traffic.Failure{"timeout": {Count: 2, Reason: "no response within 30s"}},
		Events:  []traffic.EventReport{{Event: "lead:created", Requests: 90, Errors: 1, Latency: times}},
		Series:  []traffic.Point{{At: time.Second, Took: time.Second, Requests: 500}, {At: 2 * time.Second, Took: time.Second, Requests: 500, Errors: 10}},
		Buckets: []traffic.Bucket{{To: time.Millisecond, Count: 10}, {From: time.Millisecond, To: 2 * time.Millisecond, Count: 990}},
	}
	thresholds, err := traffic.ParseThresholds("p99<200ms,errors<0.5%")
	if err != nil {
		t.Fatal(err)
	}
	r.Judge(thresholds)
	var b strings.Builder
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestBrowserEmptyHistory checks the pages of an empty history.
func TestBrowserEmptyHistory(t *testing.T) {
	script := axeScript(t)
	s := newSite(t)
	b := s.open(t)
	b.axe = script
	b.visit("/")
	b.checkView("an empty list")
	b.visit("/send?" + url.Values{"preview": {"1"}, "to": {"crm"}, "field": {"Team size (people in the field)"}, "answer": {"many"}}.Encode())
	b.checkView("a form with an error")
	b.ignore("the server responded with a status of 40")
}
