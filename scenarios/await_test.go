package scenarios

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

// answers is a network in which somebody listens from the n-th try on.
type answers struct {
	tries, from int
}

func (a *answers) RoundTrip(*http.Request) (*http.Response, error) {
	if a.tries++; a.tries < a.from {
		return nil, syscall.ECONNREFUSED
	}
	w := httptest.NewRecorder()
	w.WriteHeader(http.StatusMethodNotAllowed)
	return w.Result(), nil
}

func TestAwait(t *testing.T) {
	t.Parallel()
	late := &answers{from: 3}
	if err := Await(t.Context(), &http.Client{Transport: late}, "http://localhost/", time.Minute); err != nil || late.tries != 3 {
		t.Errorf("%d tries, %v", late.tries, err)
	}
	var nobody *AwaitError
	err := Await(t.Context(), &http.Client{Transport: &answers{from: 1 << 30}}, "http://localhost/", 10*time.Millisecond)
	if !errors.As(err, &nobody) || !strings.HasPrefix(err.Error(), "http://localhost/ did not respond within 10ms: nobody listens there") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Await(ctx, http.DefaultClient, "http://localhost/", time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
