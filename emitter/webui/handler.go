package webui

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

// Options configure a Handler. History and Emitter are required.
type Options struct {
	History *history.Store   // the caller closes it after the Handler
	Emitter *emitter.Emitter // records in History
	// Webhooks are the configured webhooks. Their names are unique.
	Webhooks []emitter.Webhook
	// Other has the secret and the scheme for URLs without a webhook. Its URL is ignored.
	Other emitter.Webhook
	// Hosts are the addresses of the page, as host:port. Requests for other hosts are rejected, except for localhost and
	// the loopback addresses at the same port. An unspecified address (0.0.0.0) means every address.
	Hosts []string
	// Bots are offered in addition to the ready bots. The key is the name that the history records.
	Bots map[string]*fixtures.Bot
	// Bot is the selected bot of a new form; "" is the first ready bot.
	Bot string
	// ParseURL parses a URL from the form; nil is signature.ParseURL.
	ParseURL func(string) (signature.URL, error)
	// Now is the clock for payloads. Pages show times in its zone. nil is time.Now.
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

// Handler serves the web pages. It is safe for concurrent use.
type Handler struct {
	opt       Options
	templates map[string]*template.Template
	handler   http.Handler
	listeners chan struct{} // has one element for each live page

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	mu     sync.Mutex
	closed bool
	work   sync.WaitGroup // of begin
}

// maxListeners is how many pages can be live at once. Further pages do not update by themselves.
const maxListeners = 64

// New returns a Handler. The caller must call Close.
func New(opt Options) *Handler {
	h := &Handler{opt: opt.withDefaults(), listeners: make(chan struct{}, maxListeners)}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.templates = parseTemplates()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", h.list)
	mux.HandleFunc("GET /events", h.events)
	mux.HandleFunc("GET /deliveries/{id}", h.delivery)
	mux.HandleFunc("GET /deliveries/{id}/{part}", h.raw)
	mux.HandleFunc("POST /deliveries/{id}/resend", h.resend)
	mux.HandleFunc("GET /lead", h.lead)
	mux.HandleFunc("GET /send", h.sendForm)
	mux.HandleFunc("POST /send", h.send)
	mux.HandleFunc("GET /assets/{name}", h.asset)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h.problem(w, http.StatusNotFound, "There is no page at this address.")
	})
	h.handler = guard(h.opt.Hosts, http.NewCrossOriginProtection().Handler(mux))
	return h
}

// ServeHTTP serves one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.handler.ServeHTTP(w, r) }

// Close ends the live pages, cancels the deliveries in flight, and returns when their outcomes are recorded.
func (h *Handler) Close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.cancel()
	h.work.Wait()
}

// begin starts work that Close waits for, until the caller calls done. It reports false after Close.
func (h *Handler) begin() (done func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, false
	}
	h.work.Add(1)
	return h.work.Done, true
}
