package emitter

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"artihook/emitter/text"
)

const (
	awaitEvery = 100 * time.Millisecond // between two requests of Await
	awaitLeast = time.Second            // for a request, even if the time of Await ends before
)

// Await sends GET requests to a URL until it gets a response of any status: then the receiver is up. The error is that of ctx,
// or has the reason why the last request failed.
func Await(ctx context.Context, client *http.Client, url string, timeout time.Duration) error {
	end := time.Now().Add(timeout)
	for {
		reason, err := awaitOnce(ctx, client, url, max(time.Until(end), awaitLeast))
		switch {
		case err != nil || reason == "":
			return err
		case time.Until(end) <= 0:
			return fmt.Errorf("%s did not respond within %s: %s", text.Mask(url), timeout, reason)
		}
		if err := text.Wait(ctx, min(awaitEvery, time.Until(end))); err != nil {
			return err
		}
	}
}

// awaitOnce returns why there was no response, or "" if there was one.
func awaitOnce(ctx context.Context, client *http.Client, url string, within time.Duration) (string, error) {
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	request, err := http.NewRequestWithContext(limited, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		_, reason := NameFailure(err, within.Round(time.Millisecond))
		return reason, nil
	}
	response.Body.Close() // the body may not end, so it is not read
	return "", nil
}
