package webui

import (
	"context"
	"flag"
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

// browserTime is the timeout of a test in the browser.
const browserTime = 5 * time.Minute

var browser struct {
	once   sync.Once
	ctx    context.Context
	cancel []context.CancelFunc
	err    error
}

// TestMain closes the browser that the tests share.
func TestMain(m *testing.M) {
	flag.Set("test.parallel", "8") // most tests wait for the browser
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

// tab is a tab of the browser. It collects errors and unexpected requests.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
	axe string // the script of axe-core

	mu       sync.Mutex
	problems []string
}

// open returns a new tab. Errors on its console and requests to other hosts fail the test when it ends.
func (s *site) open(t *testing.T) *tab {
	t.Helper()
	if testing.Short() {
		t.Skip("-short starts no browser")
	}
	path := chromium()
	if path == "" {
		t.Skip("chromium is not installed")
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
			b.complain("on the console: " + event.Entry.Text + " " + event.Entry.URL)
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

// ignore removes the problems that the test expects.
func (b *tab) ignore(part string) {
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

// waitLimit is the timeout of wait.
const waitLimit = time.Minute

// wait waits until a JavaScript expression is true. It polls from outside, because the page's policy does not allow to compile
// a poll in the page.
func (b *tab) wait(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, waitLimit)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		var ok bool
		err := chromedp.Run(ctx, chromedp.Evaluate(expression, &ok))
		if ok && err == nil {
			return
		}
		select {
		case <-ticker.C: // an error is possible while the browser leaves a page
		case <-ctx.Done():
			b.t.Fatalf("waiting for %s: %v; the page has the text:\n%s", expression, err, eval[string](b, `document.body.innerText`))
		}
	}
}

// live waits until the list is connected.
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
