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

// Options configure a Handler. History is required.
type Options struct {
	History *history.Store // the caller closes it after the Handler
	// Client sets how requests are sent. Its History, Source and BlockMetadata are ignored.
	Client emitter.Options
	// Webhooks are the configured webhooks. Their names are unique.
	Webhooks []emitter.Webhook
	// Other has the secret and the scheme for URLs without a webhook. Its URL is ignored.
	Other emitter.Webhook
	// Hosts are the addresses of the page, as host:port. Requests for other hosts are rejected, except for localhost and
	// the loopback addresses at the same port. An unspecified address (0.0.0.0) means every address. A name without a port
	// is allowed at every port.
	Hosts []string
	// Token, unless it is empty, must come with every request, except for /healthz.
	Token signature.Secret
	// AllowMetadata allows requests to the addresses at which clouds serve the credentials of a machine.
	AllowMetadata bool
	// Version is the name and the version of the program, for reports and /healthz.
	Version string
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
	if o.Version == "" {
		o.Version = "artihook"
	}
	o.Client.History, o.Client.Source, o.Client.BlockMetadata = o.History, history.SourceUI, !o.AllowMetadata
	return o
}

// Handler serves the web pages and the API. It is safe for concurrent use.
type Handler struct {
	opt       Options
	emitter   *emitter.Emitter // for single deliveries
	templates map[string]*template.Template
	handler   http.Handler
	listeners chan struct{} // has one element for each live page
	sending   chan struct{} // has one element for each request that waits for a receiver
	jobs      jobs

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	mu     sync.Mutex
	closed bool
	work   sync.WaitGroup // of begin
}

const (
	// maxListeners is how many live pages and streams of the API there can be at once.
	maxListeners = 64
	// maxSending is how many requests can wait for a receiver at once.
	maxSending = 32
)

// New returns a Handler. The caller must call Close.
func New(opt Options) *Handler {
	h := &Handler{opt: opt.withDefaults(), listeners: make(chan struct{}, maxListeners), sending: make(chan struct{}, maxSending)}
	h.emitter = emitter.New(h.opt.Client)
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.templates = parseTemplates()
	mux := http.NewServeMux()
	h.addPages(mux)
	h.addAPI(mux)
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { reject(w, r, http.StatusForbidden, errOtherSite) }))
	h.handler = guard(h.opt.Hosts, protection.Handler(h.requireToken(mux)))
	return h
}

func (h *Handler) addPages(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", h.list)
	mux.HandleFunc("GET /events", h.events)
	mux.HandleFunc("POST /deliveries", h.bulk)
	mux.HandleFunc("GET /deliveries/{id}", h.delivery)
	mux.HandleFunc("GET /deliveries/{id}/{part}", h.raw)
	mux.HandleFunc("POST /deliveries/{id}/resend", h.resend)
	mux.HandleFunc("POST /deliveries/{id}/explain", h.explainRejection)
	mux.HandleFunc("GET /deliveries/{id}/edit", h.edit)
	mux.HandleFunc("POST /deliveries/{id}/edit", h.edit)
	mux.HandleFunc("GET /lead", h.lead)
	mux.HandleFunc("GET /send", h.sendForm)
	mux.HandleFunc("POST /send", h.send)
	for name, form := range map[string]http.HandlerFunc{
		"play":  h.startForm("play", "Play conversations", h.playForm),
		"run":   h.startForm("run", "Run a scenario", h.runForm),
		"check": h.startForm("check", "Examine a receiver", h.checkForm),
	} {
		mux.HandleFunc("GET /"+name, form)
		mux.HandleFunc("POST /"+name, form)
	}
	mux.HandleFunc("GET /jobs/{id}", h.job)
	mux.HandleFunc("POST /jobs/{id}/cancel", h.cancelJob)
	mux.HandleFunc("GET /jobs/{id}/report", h.jobReport)
	mux.HandleFunc("GET /compare", h.compare)
	mux.HandleFunc("GET /assets/{name}", h.asset)
	mux.HandleFunc("POST /login", h.login)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h.problem(w, http.StatusNotFound, "There is no page at this address.")
	})
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
	h.emitter.Close()
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
