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

// crashing is a right receiver that breaks the connection off where the header is missing, after what else it does then.
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

// TestACrashIsOneFailure holds that a receiver whose handler dies without an answer fails the case about that, and not
// again each case that looks at what came back.
func TestACrashIsOneFailure(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(crashing(func() {}))
	defer server.Close()
	if diff := cmp.Diff([]string{"signature-missing-header"}, failed(examine(t, server.URL, exam{}, nil))); diff != "" {
		t.Error(diff)
	}
}

// TestAReceiverThatDies holds that the case which killed it fails, and that what cannot be asked any more is skipped and
// not failed one by one.
func TestAReceiverThatDies(t *testing.T) {
	t.Parallel()
	var server *httptest.Server
	server = httptest.NewServer(crashing(func() { server.Listener.Close() }))
	defer server.Close()
	results := examine(t, server.URL, exam{}, nil)
	if diff := cmp.Diff([]string{"signature-missing-header"}, failed(results)); diff != "" {
		t.Error(diff)
	}
	const why = "nobody listens there any more, since signature-missing-header"
	for _, r := range results[4:] {
		if r.Outcome != report.Skipped || r.Skipped != why {
			t.Errorf("%s: %s %s", r.Case.ID, r.Outcome, r.Skipped)
		}
	}
}
