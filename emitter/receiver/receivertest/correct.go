package receivertest

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// CorrectReceiver is a receiver that makes no mistake.
type CorrectReceiver struct {
	options receiver.Options
	target  string                                                                         // of the URL
	wrap    func(http.Handler) http.Handler                                                // around the receiver; nil is none
	probe   func(stored func(string) string) func(context.Context, string) (string, error) // of the stored lead as JSON; nil returns it
	serve   func(http.Handler) (server *httptest.Server, closeMore func(), err error)      // nil is a plain server
	public  string                                                                         // the path before the target in front of a proxy
}

// Started is a receiver that serves.
type Started struct {
	URL   string
	Roots *x509.CertPool                                         // to trust; nil is none beside those of the system
	Probe func(ctx context.Context, lead string) (string, error) // returns what is stored of a lead
	Close func()
}

// Start starts the receiver. It returns an error if this machine cannot, for example without IPv6.
func (c CorrectReceiver) Start(secret signature.Secret) (*Started, error) {
	c.options.Secret = secret
	examined := &struct{ http.Handler }{}
	serve := c.serve
	if serve == nil {
		serve = func(h http.Handler) (*httptest.Server, func(), error) { return httptest.NewServer(h), nothing, nil }
	}
	server, closeMore, err := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { examined.ServeHTTP(w, r) }))
	if err != nil {
		return nil, err
	}
	started := &Started{URL: server.URL + c.target, Close: func() {
		server.Close()
		closeMore()
	}}
	if c.public != "" {
		if c.options.PublicURL, err = signature.ParseURL(server.URL + c.target); err != nil {
			started.Close()
			return nil, err
		}
	}
	store := New(c.options)
	examined.Handler = store
	if c.wrap != nil {
		examined.Handler = c.wrap(store)
	}
	stored := func(lead string) string {
		text, _ := json.Marshal(store.Records(lead)) // decoded JSON can be encoded
		return string(text)
	}
	started.Probe = func(_ context.Context, lead string) (string, error) { return stored(lead), nil }
	if c.probe != nil {
		started.Probe = c.probe(stored)
	}
	if log, ok := examined.Handler.(*eventLog); ok {
		started.Probe = log.show
	}
	if server.TLS != nil {
		started.Roots = x509.NewCertPool()
		started.Roots.AddCert(server.Certificate())
	}
	return started, nil
}

func nothing() {}

// Correct returns receivers that are correct and do something that few receivers do, by name.
func Correct() map[string]CorrectReceiver {
	return map[string]CorrectReceiver{
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
				compressor := compressors.Get().(*gzip.Writer)
				defer compressors.Put(compressor)
				compressor.Reset(w)
				_, _ = compressor.Write(body)
				_ = compressor.Close()
			})
		}},
		"stores later": {probe: func(stored func(string) string) func(context.Context, string) (string, error) {
			late := lateStore{shown: map[string]string{}}
			return func(_ context.Context, lead string) (string, error) { return late.show(lead, stored(lead)) }
		}},
		"stores the time of each delivery": {probe: func(stored func(string) string) func(context.Context, string) (string, error) {
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
		"uses TLS": {serve: func(h http.Handler) (*httptest.Server, func(), error) { return httptest.NewTLSServer(h), nothing, nil }},
		"listens on IPv6": {serve: func(h http.Handler) (*httptest.Server, func(), error) {
			listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "[::1]:0")
			if err != nil {
				return nil, nil, fmt.Errorf("this machine has no IPv6: %w", err)
			}
			server := httptest.NewUnstartedServer(h)
			server.Listener.Close()
			server.Listener = listener
			server.Start()
			return server, nothing, nil
		}},
		"is behind a proxy with a prefix": {target: "/v1/hook", public: "/v1", serve: func(h http.Handler) (*httptest.Server, func(), error) {
			inner := httptest.NewServer(h)
			behind, err := url.Parse(inner.URL)
			if err != nil {
				inner.Close()
				return nil, nil, err
			}
			return httptest.NewServer(http.StripPrefix("/v1", &httputil.ReverseProxy{
				Rewrite: func(r *httputil.ProxyRequest) {
					r.SetURL(behind)
					r.Out.Host = "inner.internal"
				},
				ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
			})), inner.Close, nil
		}},
		"stores every event": {wrap: func(next http.Handler) http.Handler {
			return &eventLog{next: next, events: map[string][]json.RawMessage{}}
		}},
	}
}

// compressors has writers that are not in use. A new one allocates 800 KB.
var compressors = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

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

// lateStore is a probe that shows a change at its second call.
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

// eventLog is a receiver that stores each event once, and not one record for each lead.
type eventLog struct {
	next   http.Handler
	mu     sync.Mutex
	events map[string][]json.RawMessage // by lead
}

// ServeHTTP stores the body if the next handler accepts it.
func (l *eventLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	recorded := httptest.NewRecorder()
	l.next.ServeHTTP(recorded, r)
	if recorded.Code < 300 {
		l.add(body)
	}
	w.WriteHeader(recorded.Code)
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
