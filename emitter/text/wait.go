package text

import (
	"context"
	"time"
)

// Wait blocks for d or until ctx is done, and returns the error of ctx. It returns at once if d <= 0.
func Wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
