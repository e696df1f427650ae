package emitter

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

// lateServer is a transport that fails until request number from.
type lateServer struct {
	requests, from int
}

func (s *lateServer) RoundTrip(*http.Request) (*http.Response, error) {
	if s.requests++; s.requests < s.from {
		return nil, syscall.ECONNREFUSED
	}
	w := httptest.NewRecorder()
	w.WriteHeader(http.StatusMethodNotAllowed)
	return w.Result(), nil
}

func TestAwait(t *testing.T) {
	t.Parallel()
	late := &lateServer{from: 3}
	if err := Await(t.Context(), &http.Client{Transport: late}, "http://localhost/", time.Minute); err != nil || late.requests != 3 {
		t.Errorf("%d requests, %v", late.requests, err)
	}
	err := Await(t.Context(), &http.Client{Transport: &lateServer{from: 1 << 30}}, "http://localhost/", 10*time.Millisecond)
	if err == nil || !strings.HasPrefix(err.Error(), "http://localhost/ did not respond within 10ms: nothing listens there") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Await(ctx, http.DefaultClient, "http://localhost/", time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
