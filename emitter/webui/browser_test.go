package webui

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserTime bounds one test in the browser.
const browserTime = time.Minute

var browser struct {
	once   sync.Once
	ctx    context.Context
	cancel []context.CancelFunc
	err    error
}

// TestMain closes the one browser that the tests share.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, cancel := range browser.cancel {
		cancel()
	}
	os.Exit(code)
}

func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func startBrowser(path string) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WSURLReadTimeout(browserTime))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // in a container
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	browser.cancel = append(browser.cancel, cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	browser.ctx = ctx
	browser.cancel = append([]context.CancelFunc{cancel}, browser.cancel...)
	browser.err = chromedp.Run(ctx)
}

// tab is a page of the browser that keeps an eye on what must not happen.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string

	mu       sync.Mutex
	problems []string
}

// open gives a tab of its own. When the test ends, errors on the console and requests to other places fail it.
func (s *site) open(t *testing.T) *tab {
	t.Helper()
	path := chromium()
	if path == "" {
		t.Skip("chromium is not here")
	}
	browser.once.Do(func() { startBrowser(path) })
	if browser.err != nil {
		t.Fatal("starting the browser:", browser.err)
	}
	ctx, cancel := chromedp.NewContext(browser.ctx)
	ctx, stop := context.WithTimeout(ctx, browserTime)
	b := &tab{t: t, ctx: ctx, url: s.url}
	chromedp.ListenTarget(ctx, b.watch)
	t.Cleanup(func() {
		stop()
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, problem := range b.problems {
			t.Error(problem)
		}
	})
	b.run(network.Enable(), log.Enable(), runtime.Enable(), page.BringToFront(), emulation.SetFocusEmulationEnabled(true))
	return b
}

func (b *tab) watch(event any) {
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		if to := event.Request.URL; !strings.HasPrefix(to, b.url+"/") && !strings.HasPrefix(to, "data:") {
			b.complain("a request went to " + to)
		}
	case *log.EventEntryAdded:
		if event.Entry.Level == log.LevelError || event.Entry.Level == log.LevelWarning {
			b.complain("the console says: " + event.Entry.Text + " " + event.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		b.complain("a script failed: " + event.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		b.complain(fmt.Sprintf("the console was used: %s", event.Type))
	}
}

func (b *tab) complain(problem string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, problem)
}

// forgive takes back what the test brought about itself.
func (b *tab) forgive(part string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = slices.DeleteFunc(b.problems, func(problem string) bool { return strings.Contains(problem, part) })
}

func (b *tab) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// visit loads a page and waits until its script has run.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.url+path), chromedp.WaitReady("main"))
}

// patienceFor bounds one wait.
const patienceFor = 20 * time.Second

// wait waits until an expression of JavaScript is true. It asks from outside: the page's policy lets no poll be compiled
// inside.
func (b *tab) wait(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patienceFor)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		var ok bool
		err := chromedp.Run(ctx, chromedp.Evaluate(expression, &ok))
		if ok && err == nil {
			return
		}
		select {
		case <-again.C: // an error may come of a page that is just being left
		case <-ctx.Done():
			b.t.Fatalf("waiting for %s: %v; the page says:\n%s", expression, err, eval[string](b, `document.body.innerText`))
		}
	}
}

// live waits until the list listens.
func (b *tab) live() {
	b.t.Helper()
	b.wait(`document.querySelector('#live[data-state=on]') !== null`)
}

func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	var result T
	b.run(chromedp.Evaluate(expression, &result))
	return result
}

func (b *tab) size(width, height int64) {
	b.t.Helper()
	b.run(chromedp.EmulateViewport(width, height))
}

func (b *tab) scheme(name string) {
	b.t.Helper()
	b.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}))
}
