package exchange

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
)

// lambdaEvent holds the fields of an event that AWS passes to a function: of an API Gateway REST API (payload 1.0), of an
// HTTP API or a function URL (2.0), or of a load balancer.
type lambdaEvent struct {
	HTTPMethod        string
	Path              string
	RawPath           string
	RawQueryString    string
	Headers           savedHeaders
	MultiValueHeaders savedHeaders
	Query             map[string]string   `json:"queryStringParameters"`
	MultiQuery        map[string][]string `json:"multiValueQueryStringParameters"`
	Body              savedBody
	IsBase64Encoded   bool
	Context           struct {
		DomainName       string
		Path             string // with the stage
		ELB              json.RawMessage
		HTTP             struct{ Method, Path string }
		RequestTimeEpoch int64
		TimeEpoch        int64
	} `json:"requestContext"`
}

func isLambda(in *input) bool {
	return in.has("requestContext") && (in.has("httpMethod") || in.has("rawPath"))
}

func readLambda(in *input) ([]Recording, error) {
	var e lambdaEvent
	if err := in.decode(&e); err != nil {
		return nil, err
	}
	r := Recording{Request: Request{Method: strings.ToUpper(e.HTTPMethod + e.Context.HTTP.Method)}}
	if ms := e.Context.RequestTimeEpoch + e.Context.TimeEpoch; ms > 0 {
		r.Time = time.UnixMilli(ms).UTC()
	}
	headers := e.Headers
	if len(e.MultiValueHeaders) > 0 {
		headers = e.MultiValueHeaders
	}
	r.addSaved(headers)
	if r.Request.Host == "" {
		r.Request.Host = e.Context.DomainName
	}
	scheme := "https"
	if e.Context.ELB != nil && r.Request.Headers.Get("X-Forwarded-Proto") == "http" {
		scheme = "http"
	}
	targets := e.targets()
	r.Request.Target = targets[0]
	r.setURL(scheme)
	for _, host := range []string{r.Request.Host, e.Context.DomainName} {
		for _, target := range targets {
			if other := scheme + "://" + host + target; host != "" && other != r.URL && !slices.Contains(r.Also, other) {
				r.Also = append(r.Also, other)
			}
		}
	}
	return []Recording{r}, r.setSaved(e.Body, e.IsBase64Encoded)
}

// targets returns the possible request targets, the most likely first: with the stage in the path and without it.
func (e *lambdaEvent) targets() []string {
	paths := []string{e.Context.Path, e.RawPath, e.Path, e.Context.HTTP.Path}
	query := e.query()
	var targets []string
	for _, path := range paths {
		if target := path + query; strings.HasPrefix(path, "/") && !slices.Contains(targets, target) {
			targets = append(targets, target)
		}
	}
	if targets == nil {
		targets = []string{"/" + query}
	}
	return targets
}

// query returns the query with its question mark. Payload 1.0 has decoded parameters without their order; a load balancer
// passes them as they were sent.
func (e *lambdaEvent) query() string {
	if e.RawQueryString != "" {
		return "?" + e.RawQueryString
	}
	values := url.Values(e.MultiQuery)
	if values == nil {
		values = url.Values{}
		for name, value := range e.Query {
			values.Set(name, value)
		}
	}
	if len(values) == 0 {
		return ""
	}
	encoded := strings.ReplaceAll(values.Encode(), "+", "%20")
	if e.Context.ELB != nil {
		if sent, err := url.QueryUnescape(encoded); err == nil {
			encoded = sent
		}
	}
	return "?" + encoded
}
