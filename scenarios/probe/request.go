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
	"artihook/emitter/exchange"
)

// CheckURL returns an error if Send cannot send a request to the URL.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%.200q is not a URL for a request; write it like http://localhost:3000/leads", text)
	}
	return nil
}

// Request is an HTTP request.
type Request struct {
	Method  string // "" is GET, or POST if there is a body
	URL     string // one that CheckURL accepts
	Headers []exchange.Header
	Body    string
	hasBody bool
}

// SetBody sets the body and its type. A Content-Type among the headers replaces the type.
func (q *Request) SetBody(contentType, body string) {
	q.Headers = append([]exchange.Header{{Name: "Content-Type", Value: contentType}}, q.Headers...)
	q.Body, q.hasBody = body, true
}

// Name returns the method of the request.
func (q *Request) Name() string {
	switch {
	case q.Method != "":
		return q.Method
	case q.hasBody:
		return http.MethodPost
	}
	return http.MethodGet
}

// Head returns the start line and the headers; lines end with \n, except for the last. u is the parsed URL.
func (q *Request) Head(u *url.URL) string {
	head := q.Name() + " " + u.RequestURI() + " HTTP/1.1\nHost: " + u.Host
	for _, h := range q.Headers {
		head += "\n" + h.Name + ": " + h.Value
	}
	return head
}

// Get sends a GET request. It is like Send.
func (r *Runner) Get(ctx context.Context, target string) Result {
	return r.Send(ctx, &Request{URL: target})
}

// Send sends a request and follows redirects. Failures are part of the result. A URL that CheckURL rejects fails.
func (r *Runner) Send(ctx context.Context, q *Request) Result {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, r.timeout())
	defer cancel()
	result, err := r.send(ctx, q)
	if err != nil {
		result.Failure, result.Reason = emitter.NameFailure(err, r.timeout())
	}
	result.Took = time.Since(start)
	return result
}

func (r *Runner) send(ctx context.Context, q *Request) (Result, error) {
	request, err := http.NewRequestWithContext(ctx, q.Name(), q.URL, strings.NewReader(q.Body))
	if err != nil {
		return Result{}, err
	}
	for _, h := range q.Headers {
		if strings.EqualFold(h.Name, "Host") {
			request.Host = h.Value
		}
		request.Header.Set(h.Name, h.Value)
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
