package check

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"artihook/emitter/receiver"
	"artihook/emitter/receiver/receivertest"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// unusual is a receiver that is correct and does something that few receivers do.
type unusual struct {
	options receiver.Options
	target  string                                          // of the URL that is examined
	wrap    func(http.Handler) http.Handler                 // around the receiver; nil is none
	probe   func(stored func(string) string) Probe          // of the stored lead as JSON; nil returns it
	serve   func(*testing.T, http.Handler) *httptest.Server // nil is a plain server
	public  string                                          // the path before the target in front of a proxy
}

var unusualReceivers = map[string]unusual{
	"responds 202":         {options: receiver.Options{Status: http.StatusAccepted}},
	"responds with a body": {options: receiver.Options{Status: http.StatusOK, Body: []byte(`{"ok":true}`)}},
	"needs a token in the query": {target: "/hook?token=t0k", wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("token") != "t0k" {
				http.Error(w, "no token", http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}},
	"responds in chunks": {options: receiver.Options{Status: http.StatusOK, Body: []byte("stored")}, wrap: func(next http.Handler) http.Handler {
		return rewriting(next, func(w http.ResponseWriter, status int, body []byte) {
			w.WriteHeader(status)
			for _, b := range body {
				_, _ = w.Write([]byte{b}) // fails only if the sender has disconnected
				_ = http.NewResponseController(w).Flush()
			}
		})
	}},
	"compresses responses": {options: receiver.Options{Status: http.StatusOK, Body: []byte("stored")}, wrap: func(next http.Handler) http.Handler {
		return rewriting(next, func(w http.ResponseWriter, status int, body []byte) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(status)
			compressor := gzip.NewWriter(w)
			_, _ = compressor.Write(body)
			_ = compressor.Close()
		})
	}},
	"stores later": {probe: func(stored func(string) string) Probe {
		late := lateStore{shown: map[string]string{}}
		return func(_ context.Context, lead string) (string, error) { return late.show(lead, stored(lead)) }
	}},
	"stores the time of each delivery": {probe: func(stored func(string) string) Probe {
		return func(_ context.Context, lead string) (string, error) {
			return `{"lead":` + stored(lead) + `,"updated_at":"` + time.Now().UTC().Format(time.RFC3339Nano) + `"}`, nil
		}
	}},
	"responds 404 to GET": {wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				http.NotFound(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}},
	"uses TLS": {serve: func(_ *testing.T, h http.Handler) *httptest.Server { return httptest.NewTLSServer(h) }},
	"listens on IPv6": {serve: func(t *testing.T, h http.Handler) *httptest.Server {
		t.Helper()
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "[::1]:0")
		if err != nil {
			t.Skip("this machine has no IPv6: ", err)
		}
		server := httptest.NewUnstartedServer(h)
		server.Listener.Close()
		server.Listener = listener
		server.Start()
		return server
	}},
	"is behind a proxy with a prefix": {target: "/v1/hook", public: "/v1", serve: func(t *testing.T, h http.Handler) *httptest.Server {
		t.Helper()
		inner := httptest.NewServer(h)
		t.Cleanup(inner.Close)
		behind, err := url.Parse(inner.URL)
		if err != nil {
			t.Fatal(err)
		}
		return httptest.NewServer(http.StripPrefix("/v1", &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
				r.SetURL(behind)
				r.Out.Host = "inner.internal"
			},
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		}))
	}},
}

// rewriting returns a handler that writes the responses of h in another way. A response without a body stays as it is.
func rewriting(h http.Handler, write func(w http.ResponseWriter, status int, body []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		h.ServeHTTP(recorded, r)
		for name, values := range recorded.Header() {
			if name != "Content-Length" {
				w.Header()[name] = values
			}
		}
		if recorded.Body.Len() == 0 {
			w.WriteHeader(recorded.Code)
			return
		}
		write(w, recorded.Code, recorded.Body.Bytes())
	})
}

// lateStore shows what is stored at the second look after a change.
type lateStore struct {
	mu    sync.Mutex
	shown map[string]string
	next  map[string]string
}

func (l *lateStore) show(lead, now string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil {
		l.next = map[string]string{}
	}
	l.shown[lead], l.next[lead] = l.next[lead], now
	if l.shown[lead] == "" {
		return "", errors.New("404 Not Found")
	}
	return l.shown[lead], nil
}

// TestUnusualReceiversPass checks that receivers which are correct and unusual fail no case, neither a MUST nor a SHOULD.
func TestUnusualReceiversPass(t *testing.T) {
	t.Parallel()
	for name, u := range unusualReceivers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u.options.Secret = signature.NewSecret(testSecret)
			examined := &struct{ http.Handler }{}
			serve := u.serve
			if serve == nil {
				serve = func(_ *testing.T, h http.Handler) *httptest.Server { return httptest.NewServer(h) }
			}
			server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { examined.ServeHTTP(w, r) }))
			defer server.Close()
			if u.public != "" {
				public, err := signature.ParseURL(server.URL + "/v1/hook")
				if err != nil {
					t.Fatal(err)
				}
				u.options.PublicURL = public
			}
			store := receivertest.New(u.options)
			examined.Handler = store
			if u.wrap != nil {
				examined.Handler = u.wrap(store)
			}
			stored := func(lead string) string {
				text, err := json.Marshal(store.Records(lead))
				if err != nil {
					t.Error(err)
				}
				return string(text)
			}
			probe := func(_ context.Context, lead string) (string, error) { return stored(lead), nil }
			if u.probe != nil {
				probe = u.probe(stored)
			}
			x := exam{settle: 2 * time.Second}
			if server.TLS != nil {
				x.roots = x509.NewCertPool()
				x.roots.AddCert(server.Certificate())
			}
			for _, r := range examine(t, server.URL+u.target, x, probe) {
				if r.Outcome != report.Passed {
					t.Errorf("%s: %s, sent %s, want %s, got %s %s", r.Case.ID, r.Outcome, r.Sent, r.Want, r.Got, r.Reason)
				}
			}
		})
	}
}

// TestEventLogPasses checks that a receiver which stores every event, and not one record for each lead, fails no case.
func TestEventLogPasses(t *testing.T) {
	t.Parallel()
	log := eventLog{events: map[string][]json.RawMessage{}}
	reference := receiver.New(receiver.Options{Secret: signature.NewSecret(testSecret)})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		recorded := httptest.NewRecorder()
		reference.ServeHTTP(recorded, r)
		if recorded.Code < 300 {
			log.add(body)
		}
		w.WriteHeader(recorded.Code)
	}))
	defer server.Close()
	for _, r := range examine(t, server.URL, exam{settle: 2 * time.Second}, log.show) {
		if r.Outcome != report.Passed {
			t.Errorf("%s: %s, sent %s, want %s, got %s %s", r.Case.ID, r.Outcome, r.Sent, r.Want, r.Got, r.Reason)
		}
	}
}

// eventLog stores each event once.
type eventLog struct {
	mu     sync.Mutex
	events map[string][]json.RawMessage // by lead
}

func (l *eventLog) add(body []byte) {
	var event struct {
		Lead string `json:"resource_id"`
	}
	if json.Unmarshal(body, &event) != nil || event.Lead == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.ContainsFunc(l.events[event.Lead], func(known json.RawMessage) bool { return bytes.Equal(known, body) }) {
		l.events[event.Lead] = append(l.events[event.Lead], body)
	}
}

func (l *eventLog) show(_ context.Context, lead string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.events[lead]) == 0 {
		return "", errors.New("404 Not Found")
	}
	var lines strings.Builder
	for _, event := range l.events[lead] {
		lines.Write(append(event, '\n'))
	}
	return lines.String(), nil
}
