package page

import (
	"context"
	"html/template"
	"net/http"
	"sync"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/fixtures"
)

// Options say what a Page shows and how it sends. History and Emitter are needed.
type Options struct {
	History *history.Store   // shown; the caller closes it, after the page
	Emitter *emitter.Emitter // sends into the same history
	// Webhooks are the known ones. A name is unique.
	Webhooks []emitter.Webhook
	// Other says how to sign for a URL that is no known webhook's; its own URL does not count.
	Other emitter.Webhook
	// Hosts are where the page is served, host:port. Requests for other hosts are refused, but for localhost and the
	// loopback addresses at the same port; an unspecified address (0.0.0.0) stands for every address.
	Hosts []string
	// Bots are offered beside the ready ones, by the name that the history keeps.
	Bots map[string]*fixtures.Bot
	// Bot is the one that is chosen at first; "" is the first ready one.
	Bot string
	// ParseURL reads a URL that somebody has typed; nil is signature.ParseURL.
	ParseURL func(string) (signature.URL, error)
	// Now is the clock of payloads, and its zone that of the times on the page; nil is time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.ParseURL == nil {
		o.ParseURL = signature.ParseURL
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Bot == "" {
		o.Bot = fixtures.Bots()[0]
	}
	return o
}

// Page is the handler. It is safe for concurrent use.
type Page struct {
	opt       Options
	templates map[string]*template.Template
	handler   http.Handler
	listeners chan struct{} // room for those who watch

	life   context.Context // ends with Close
	end    context.CancelFunc
	mu     sync.Mutex
	closed bool
	busy   sync.WaitGroup
}

// maxListeners bounds how many pages are live at once; further ones stay still.
const maxListeners = 64

// New makes a Page. Close ends what it has begun.
func New(opt Options) *Page {
	p := &Page{opt: opt.withDefaults(), listeners: make(chan struct{}, maxListeners)}
	p.life, p.end = context.WithCancel(context.Background())
	p.templates = parseTemplates()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.list)
	mux.HandleFunc("GET /events", p.events)
	mux.HandleFunc("GET /deliveries/{id}", p.delivery)
	mux.HandleFunc("GET /deliveries/{id}/{part}", p.raw)
	mux.HandleFunc("POST /deliveries/{id}/resend", p.resend)
	mux.HandleFunc("GET /lead", p.lead)
	mux.HandleFunc("GET /send", p.sendForm)
	mux.HandleFunc("POST /send", p.send)
	mux.HandleFunc("GET /assets/{name}", p.asset)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.problem(w, http.StatusNotFound, "There is no page here.")
	})
	p.handler = guard(p.opt.Hosts, http.NewCrossOriginProtection().Handler(mux))
	return p
}

// ServeHTTP serves one request.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// Close ends the live pages, interrupts what is being sent, and returns when its outcome is recorded.
func (p *Page) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.end()
	p.busy.Wait()
}

// begin tells whether a longer piece of work may start; then it is to call done.
func (p *Page) begin() (done func(), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, false
	}
	p.busy.Add(1)
	return p.busy.Done, true
}
