package check

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// crashing returns a correct receiver that calls then and breaks the connection if the signature header is missing.
func crashing(then func()) http.Handler {
	handler := receiver.New(receiver.Options{Secret: signature.NewSecret(testSecret)})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.Header[http.CanonicalHeaderKey(signature.Header)] == nil {
			then()
			panic(http.ErrAbortHandler)
		}
		handler.ServeHTTP(w, r)
	})
}

// TestCrashIsOneFailure checks that a receiver whose handler crashes fails the case that made it crash, and no case that
// inspects responses.
func TestCrashIsOneFailure(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(crashing(func() {}))
	defer server.Close()
	if diff := cmp.Diff([]string{"signature-missing-header"}, failed(examine(t, server.URL, exam{}, nil))); diff != "" {
		t.Error(diff)
	}
}

// TestReceiverStopsAfterCrash checks that a crash after which the receiver worked again is not named as the end of it.
func TestReceiverStopsAfterCrash(t *testing.T) {
	t.Parallel()
	var server *httptest.Server
	crashes := crashing(func() {})
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			server.Listener.Close()
			panic(http.ErrAbortHandler)
		}
		crashes.ServeHTTP(w, r)
	}))
	defer server.Close()
	results := examine(t, server.URL, exam{only: []string{"signature-missing-header", "signature-empty-header", "http-get", "http-head"}}, nil)
	if diff := cmp.Diff([]string{"signature-missing-header", "http-get"}, failed(results)); diff != "" {
		t.Error(diff)
	}
	if last := results[3]; last.Outcome != report.Inconclusive || last.Reason != "connections are refused since http-get" {
		t.Errorf("%s: %s %s", last.Case.ID, last.Outcome, last.Reason)
	}
}

// TestReceiverStops checks that the case which stopped the receiver fails, and that all cases after it are skipped.
func TestReceiverStops(t *testing.T) {
	t.Parallel()
	var server *httptest.Server
	server = httptest.NewServer(crashing(func() { server.Listener.Close() }))
	defer server.Close()
	results := examine(t, server.URL, exam{}, nil)
	if diff := cmp.Diff([]string{"signature-missing-header"}, failed(results)); diff != "" {
		t.Error(diff)
	}
	const why = "connections are refused since signature-missing-header"
	for _, r := range results[4:] {
		if r.Outcome != report.Inconclusive || r.Reason != why {
			t.Errorf("%s: %s %s", r.Case.ID, r.Outcome, r.Reason)
		}
	}
}
