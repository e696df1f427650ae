package probe

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"artihook/emitter"
)

// CheckURL returns an error if Get cannot send a request to the URL.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%.200q is not a URL for a GET request; write it like http://localhost:3000/leads", text)
	}
	return nil
}

// Get sends a GET request and follows redirects. Failures are part of the result. A URL that CheckURL rejects fails.
func (r *Runner) Get(ctx context.Context, target string) Result {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, r.timeout())
	defer cancel()
	result, err := r.get(ctx, target)
	if err != nil {
		result.Failure, result.Reason = emitter.NameFailure(err, r.timeout())
	}
	result.Took = time.Since(start)
	return result
}

func (r *Runner) get(ctx context.Context, target string) (Result, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
	if err != nil {
		return Result{}, err
	}
	response, err := r.client().Do(request)
	if err != nil {
		return Result{}, err
	}
	defer response.Body.Close()
	result := Result{Status: response.StatusCode, Header: response.Header, Head: head(response)}
	if result.Status == http.StatusSwitchingProtocols {
		return result, nil // the body is the connection, and reading it would not end with ctx
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	result.Truncated = len(body) > maxBody
	result.Body = body[:min(len(body), maxBody)]
	return result, err
}

// head returns the status line and the headers.
func head(response *http.Response) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", response.Proto, response.Status)
	if err := response.Header.Write(&b); err != nil {
		return response.Proto + " " + response.Status
	}
	return strings.TrimSuffix(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n")
}
