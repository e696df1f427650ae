package text_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"artihook/emitter/text"
)

func TestWait(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		wait     time.Duration
		cancel   time.Duration // after this time; 0 is never, negative is before the call
		want     time.Duration
		canceled bool
	}{
		{"waits for d", time.Hour, 0, time.Hour, false},
		{"stops with the context", time.Hour, time.Minute, time.Minute, true},
		{"no duration", 0, 0, 0, false},
		{"a negative duration", -time.Hour, 0, 0, false},
		{"the context is done", time.Hour, -1, 0, true},
		{"no duration and the context is done", 0, -1, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.cancel < 0 {
					cancel()
				} else if tt.cancel > 0 {
					time.AfterFunc(tt.cancel, cancel)
				}
				began := time.Now()
				err := text.Wait(ctx, tt.wait)
				if waited := time.Since(began); waited != tt.want || errors.Is(err, context.Canceled) != tt.canceled {
					t.Errorf("waited %s, returned %v", waited, err)
				}
			})
		})
	}
}
