package emitter

import (
	"io"
	"net"
	"testing"
	"time"

	"artihook/emitter/history"

	"github.com/google/go-cmp/cmp"
)

// TestCutBody compares the bytes that a receiver gets of a request with a cut body.
func TestCutBody(t *testing.T) {
	t.Parallel()
	m := testMessage()
	for _, after := range []int{0, 1, 100, len(m.Body) - 1} {
		arrived := make(chan bool, 1)
		s := listenRaw(t, func(net.Conn) { arrived <- true })
		e := New(Options{Retries: 3})
		defer e.Close()
		d, err := emit(t.Context(), e.WithOptions(SendOptions{Cut: true, CutAfter: after}), &Webhook{URL: s.url(t, "/")}, m)
		if err != nil || d.Error != history.FailureCut || d.Attempt != 1 {
			t.Fatalf("cut after %d: %+v, %v", after, d, err)
		}
		<-arrived
		whole := string(d.Request.AppendRaw(nil))
		if diff := cmp.Diff(whole[:len(whole)-len(m.Body)+after], s.only(t)); diff != "" {
			t.Errorf("cut after %d: %s", after, diff)
		}
	}
}

// TestSlowBody sends the same bytes over a longer time. The next request is not slow.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	const slow = 60 * time.Millisecond
	s := listenRaw(t, respond("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"))
	e := New(Options{})
	defer e.Close()
	w := &Webhook{URL: s.url(t, "/")}
	d, err := emit(t.Context(), e.WithOptions(SendOptions{SlowBody: slow}), w, testMessage())
	if err != nil || !d.OK() || d.Duration < slow*9/10 {
		t.Fatalf("%+v, %v", d, err)
	}
	if diff := cmp.Diff(string(d.Request.AppendRaw(nil)), s.only(t)); diff != "" {
		t.Error(diff)
	}
	if d, err := emit(t.Context(), e, w, testMessage()); err != nil || !d.OK() {
		t.Errorf("the next request: %+v, %v", d, err)
	}
}

func TestSlowBodyEndsWithTheTimeout(t *testing.T) {
	t.Parallel()
	s := listenRaw(t, respond(ok204))
	e := New(Options{Timeout: 50 * time.Millisecond})
	defer e.Close()
	d, err := emit(t.Context(), e.WithOptions(SendOptions{SlowBody: time.Hour}), &Webhook{URL: s.url(t, "/")}, testMessage())
	if err != nil || d.Error != history.FailureTimeout {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestSendOptionsTimeoutAndRetries(t *testing.T) {
	t.Parallel()
	s := listenRaw(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	e := New(Options{RetryDelay: time.Nanosecond})
	defer e.Close()
	d, err := emit(t.Context(), e.WithOptions(SendOptions{Timeout: 30 * time.Millisecond, Retries: 1}), &Webhook{URL: s.url(t, "/")}, testMessage())
	if err != nil || d.Error != history.FailureTimeout || d.Attempt != 2 {
		t.Errorf("%+v, %v", d, err)
	}
}
