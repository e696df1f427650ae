package webui

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/fixtures"
)

const (
	secretText = "hush-hush-0815"
	otherText  = "another-secret-4711"
)

// site is a served page with a receiver.
type site struct {
	t        testing.TB
	page     *Handler
	store    *history.Store
	emitter  *emitter.Emitter
	server   *httptest.Server
	url      string
	receiver string // the URL of a receiver with the secret of the webhook crm

	mu      sync.Mutex
	arrived []receiver.Arrival
	behind  time.Duration // how far the clock of the history is behind
}

func parseURL(t testing.TB, text string) signature.URL {
	t.Helper()
	u, err := signature.ParseURL(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// newSite serves an empty history.
func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{t: t}
	hook := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret(secretText), Seen: func(a receiver.Arrival) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.arrived = append(s.arrived, a)
	}}))
	t.Cleanup(hook.Close)
	s.receiver = hook.URL + "/hook"
	s.store = openHistory(t, filepath.Join(t.TempDir(), "history.db"))
	client := emitter.Options{
		History: s.store, Timeout: 20 * time.Second, Now: func() time.Time { return time.Now().Add(-s.behind) },
	}
	s.emitter = emitter.New(client)
	server := httptest.NewUnstartedServer(nil)
	s.page = New(Options{
		History: s.store, Client: client, Hosts: []string{server.Listener.Addr().String()},
		Webhooks: []emitter.Webhook{
			{Name: "crm", URL: parseURL(t, s.receiver), Secret: signature.NewSecret(secretText)},
			{Name: "mail", URL: parseURL(t, s.receiver+"?mail"), Secret: signature.NewSecret(secretText), Events: []payload.Action{payload.Completed}},
		},
		Other: emitter.Webhook{Secret: signature.NewSecret(otherText)},
		Bot:   "sales", Version: "artihook 0.1.0",
	})
	server.Config.Handler = s.page
	server.Start()
	t.Cleanup(func() {
		s.page.Close()
		server.Close()
		s.emitter.Close()
	})
	s.server, s.url = server, server.URL
	return s
}

func openHistory(t testing.TB, path string) *history.Store {
	t.Helper()
	store, err := history.Open(context.Background(), path, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// converse sends complete conversations to the webhook, and returns the lead of the last one.
func (s *site) converse(hook int, leads uint64) (lead string) {
	s.t.Helper()
	w := s.page.opt.Webhooks[hook]
	bot, err := fixtures.LoadBot("sales")
	if err != nil {
		s.t.Fatal(err)
	}
	generator, err := fixtures.NewGenerator(bot, fixtures.Options{Seed: 7})
	if err != nil {
		s.t.Fatal(err)
	}
	for n := range leads {
		c := generator.Conversation(n, time.Now())
		for event := c.Next(); event != nil; event = c.Next() {
			if !w.Wants(event.Action) {
				continue
			}
			m := emitter.EventMessage(event)
			m.Bot, m.Seed = "sales", fixtures.LeadSeed(7, n)
			lead = s.emit(&w, m).Lead
		}
	}
	return lead
}

func (s *site) emit(w *emitter.Webhook, m emitter.Message) history.Delivery {
	s.t.Helper()
	d, err := s.emitter.Send(context.Background(), w, emitter.Plan(w, m), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// record records a delivery that is not sent, with the outcome that change sets. Without an outcome it stays open.
func (s *site) record(store *history.Store, change func(*history.Delivery)) *history.Delivery {
	s.t.Helper()
	d := &history.Delivery{
		Time: time.Now().Add(-s.behind), Webhook: "crm", URL: s.receiver, SignURL: s.receiver, Scheme: "url", Edition: "2019", Attempt: 1,
		Event: "lead:updated", Lead: "c19377db-1111-4222-8333-944455566677", Version: 2, Bot: "sales",
		Request: exchange.Request{Method: "POST", Target: "/hook", Host: "localhost", Body: []byte(`{"a":1}`)},
	}
	if change != nil {
		change(d)
	}
	if err := store.Plan(context.Background(), []*history.Delivery{d}); err != nil {
		s.t.Fatal(err)
	}
	if d.Status != 0 || d.Error != "" {
		s.finish(store, d)
	}
	return d
}

func (s *site) finish(store *history.Store, d *history.Delivery) {
	s.t.Helper()
	if err := store.Finish(context.Background(), d); err != nil {
		s.t.Fatal(err)
	}
}

// withResponse sets the response of a delivery.
func withResponse(d *history.Delivery, status int, body string) {
	d.Status, d.Duration = status, 3100*time.Microsecond
	d.RawResponse = fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", status, http.StatusText(status), len(body), body)
	if err := d.SetResponse(d.RawResponse, false); err != nil {
		panic(err)
	}
}

// get requests a page and does not follow redirects.
func (s *site) get(path string) (*http.Response, string) {
	s.t.Helper()
	return s.do("GET", path, nil, nil)
}

func (s *site) post(path string, form url.Values, header http.Header) (*http.Response, string) {
	s.t.Helper()
	return s.do("POST", path, form, header)
}

func (s *site) do(method, path string, form url.Values, header http.Header) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, values := range header {
		r.Header[name] = values
		if name == "Host" {
			r.Host = values[0]
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response, string(content)
}
