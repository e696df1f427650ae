package webui

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"artihook/emitter/history"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

// described returns a validator for the description of the API.
var described = sync.OnceValues(func() (validator.Validator, error) {
	document, err := libopenapi.NewDocument(openAPI)
	if err != nil {
		return nil, err
	}
	v, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	if ok, problems := v.ValidateDocument(); !ok {
		return nil, fmt.Errorf("openapi.json: %v", problems)
	}
	return v, nil
})

// validate guards the validator, which is not safe for concurrent use.
var validate sync.Mutex

// checkDescribed checks a response against the description, and also the request if it was accepted.
func checkDescribed(t testing.TB, request *http.Request, body string, response *http.Response, content []byte) {
	t.Helper()
	v, err := described()
	if err != nil {
		t.Fatal(err)
	}
	validate.Lock()
	defer validate.Unlock()
	asked := request.Clone(request.Context())
	asked.Body = io.NopCloser(strings.NewReader(body))
	got := *response
	got.Body = io.NopCloser(bytes.NewReader(content))
	if ok, problems := v.ValidateHttpResponse(asked, &got); !ok {
		t.Errorf("%s %s: the response %s is not as described: %v\n%s", request.Method, request.URL.Path, response.Status, problems, content)
	}
	if response.StatusCode < 300 {
		asked.Body = io.NopCloser(strings.NewReader(body))
		if ok, problems := v.ValidateHttpRequest(asked); !ok {
			t.Errorf("%s %s was accepted, but is not as described: %v\n%s", request.Method, request.URL, problems, body)
		}
	}
}

// api sends a request to the API and checks it and its response against the description. It decodes the response into into.
func (s *site) api(method, path, body string, into any) int {
	s.t.Helper()
	status, content := s.apiWith(method, path, body, nil)
	if into != nil {
		if err := json.Unmarshal(content, into); err != nil {
			s.t.Fatalf("%s %s: %v: %s", method, path, err, content)
		}
	}
	return status
}

func (s *site) apiWith(method, path, body string, header http.Header) (status int, content []byte) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if content, err = io.ReadAll(response.Body); err != nil {
		s.t.Fatal(err)
	}
	checkDescribed(s.t, request, body, response, content)
	return response.StatusCode, content
}

// ended waits for a job.
func (s *site) ended(job jobObject) jobObject {
	s.t.Helper()
	if status := s.api("GET", fmt.Sprintf("/api/jobs/%d?wait=60s", job.ID), "", &job); status != http.StatusOK || job.State == "running" {
		s.t.Fatalf("waiting for the job: %d, %+v", status, job)
	}
	return job
}

func TestAPISends(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var d history.Delivery
	read := func(content []byte) {
		t.Helper()
		for line, err := range history.ReadLines(bytes.NewReader(content)) {
			if err != nil {
				t.Fatal(err)
			}
			d = line
		}
	}
	send := func(body string) {
		t.Helper()
		status, content := s.apiWith("POST", "/api/send", body, nil)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", body, status, content)
		}
		read(content)
	}
	send(`{"webhook":"crm","seed":7,"now":"2026-01-02T03:04:05Z","answers":{"Work Email":"ada@mail.example"},"set":{"lead.status":4},"unset":["meta.browser"]}`)
	if d.Status != 204 || d.Event != "lead:created" || d.Lead == "" || !bytes.Contains(d.Request.Body, []byte(`"status":4`)) || bytes.Contains(d.Request.Body, []byte("browser")) {
		t.Errorf("got %+v", d)
	}
	lead := d.Lead
	send(`{"webhook":"crm","action":"updated","lead":"` + strings.ToUpper(lead[:8]) + `"}`)
	if d.Lead != lead || d.Version != 2 || d.Status != 204 {
		t.Errorf("the next event is %+v", d)
	}
	send(`{"url":"` + s.receiver + `","secret":"` + secretText + `","body":"{\"any\":[1]}","headers":{"X-Test":"1"}}`)
	if d.Status != 204 || string(d.Request.Body) != `{"any":[1]}` || d.Request.Headers.Get("X-Test") != "1" {
		t.Errorf("a body as it is: %+v", d)
	}
	send(`{"webhook":"crm","tamper":"signature"}`)
	if d.Status != 401 || d.Tampered != "signature" {
		t.Errorf("a wrong signature: %+v", d)
	}
	before := d.ID
	send(`{"webhook":"crm","dry_run":true}`)
	if last, err := s.store.Last(t.Context()); err != nil || last.ID != before || d.ID != 0 {
		t.Errorf("dry_run has sent %+v, %v", d, err)
	}

	var l leadObject
	if status := s.api("GET", "/api/leads/"+lead[:8], "", &l); status != http.StatusOK || l.Lead != lead || len(l.Event) == 0 {
		t.Errorf("the lead: %d %+v", status, l)
	}
	var page struct {
		Deliveries []json.RawMessage
		Next       string
	}
	seen := 0
	for next := "/api/deliveries?limit=3&source=ui"; next != ""; next = page.Next {
		page.Next = ""
		if status := s.api("GET", next, "", &page); status != http.StatusOK {
			t.Fatal(status)
		}
		seen += len(page.Deliveries)
	}
	if seen != int(before) {
		t.Errorf("the pages have %d of %d deliveries", seen, before)
	}
	status, content := s.apiWith("GET", "/api/deliveries/1", "", nil)
	if read(content); status != http.StatusOK || d.Lead != lead {
		t.Errorf("delivery 1: %d %s", status, content)
	}
	status, content = s.apiWith("POST", "/api/deliveries/1/resend", `{"set":{"lead.status":5}}`, nil)
	if read(content); status != http.StatusOK || d.ResendOf != 1 || !bytes.Contains(d.Request.Body, []byte(`"status":5`)) || d.Status != 204 {
		t.Errorf("resend: %d %s", status, content)
	}
}

func TestAPIVerifies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.converse(0, 1)
	for body, want := range map[string]string{
		`{"delivery":1}`: `"fits":true`,
		`{"delivery":1,"secret":"` + secretText + ` "}`: `"fits":false`,
		`{"url":"http://localhost:5000/api/webhooks","secret":"<Whatever you set your secret to in the ArtiBot webhook>","body":"{}","signature":"D3817110D46EBB2678A3752F4912C74B2A3E736E"}`: `"fits":true`,
		`{"url":"http://localhost/","secret":"x","body":"{}","signature":"D3817110D46EBB2678A3752F4912C74B2A3E736E"}`:                                                                         `"fits":false`,
	} {
		if status, content := s.apiWith("POST", "/api/verify", body, nil); status != http.StatusOK || !bytes.Contains(content, []byte(want)) {
			t.Errorf("%s: %d %s", body, status, content)
		}
	}
}

func TestAPIDeletes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.converse(0, 1)
	var done struct{ Deleted int64 }
	if status := s.api("DELETE", "/api/deliveries", "", nil); status != http.StatusBadRequest {
		t.Errorf("without a filter: %d", status)
	}
	if status := s.api("DELETE", "/api/deliveries?limit=5", "", nil); status != http.StatusBadRequest {
		t.Errorf("limit is no filter: %d", status)
	}
	if status := s.api("DELETE", "/api/deliveries?id=1,2,99", "", &done); status != http.StatusOK || done.Deleted != 2 {
		t.Errorf("two deliveries: %d %+v", status, done)
	}
	if status := s.api("DELETE", "/api/deliveries?since=1h", "", &done); status != http.StatusOK || done.Deleted < 2 {
		t.Errorf("all: %d %+v", status, done)
	}
	if status := s.api("GET", "/api/deliveries/3", "", nil); status != http.StatusNotFound {
		t.Errorf("a deleted delivery: %d", status)
	}
}

func TestAPIEvents(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.converse(0, 1)
	read := func(query, lastID string) (*bufio.Reader, func()) {
		request, err := http.NewRequestWithContext(t.Context(), "GET", s.url+"/api/events"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if lastID != "" {
			request.Header.Set("Last-Event-ID", lastID)
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil || response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatal(response, err)
		}
		return bufio.NewReader(response.Body), func() { response.Body.Close() }
	}
	next := func(r *bufio.Reader, prefix string) string {
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(line, prefix) {
				return line
			}
		}
	}
	fromStart, stop := read("?after=1&event=completed", "")
	defer stop()
	line := next(fromStart, "data: {")
	if !strings.Contains(line, `"event":"lead:completed"`) || !strings.Contains(line, `"request":{`) {
		t.Errorf("got %s", line)
	}
	checkDelivery(t, s, line)
	again, stopAgain := read("", "2")
	defer stopAgain()
	if line := next(again, "id: "); line != "id: 3\n" {
		t.Errorf("after 2 comes %s", line)
	}
	fromNow, stopNow := read("", "")
	defer stopNow()
	next(fromNow, "event: ready")
	d := s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	if line := next(fromNow, "id: "); line != fmt.Sprintf("id: %d\n", d.ID) {
		t.Errorf("the new delivery %d: got %s", d.ID, line)
	}
	checkDelivery(t, s, next(fromNow, "data: {"))
	open := s.record(s.store, nil)
	checkDelivery(t, s, next(fromNow, "data: {"))
	open.Error, open.Reason = "refused", "nothing listens there"
	s.finish(s.store, open)
	if line := next(fromNow, "data: {"); !strings.Contains(line, `"error":"refused"`) {
		t.Errorf("the outcome: got %s", line)
	} else {
		checkDelivery(t, s, line)
	}
}

// checkDelivery checks the data of a server-sent event against the description of a delivery.
func checkDelivery(t *testing.T, s *site, line string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", s.url+"/api/deliveries/1", nil)
	if err != nil {
		t.Fatal(err)
	}
	response := &http.Response{Status: "200 OK", StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Request: request}
	checkDescribed(t, request, "", response, []byte(strings.TrimPrefix(strings.TrimSpace(line), "data: ")))
}

// TestAPIIsComplete checks that the description has the paths that are served, and the schemas no key that a request rejects.
func TestAPIIsComplete(t *testing.T) {
	t.Parallel()
	var document struct {
		Paths      map[string]map[string]any
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(openAPI, &document); err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	for path, methods := range document.Paths {
		for method := range methods {
			if method == "parameters" || path == "/api/events" {
				continue
			}
			real := strings.NewReplacer("{id}", "1").Replace(path)
			if _, content := s.apiWith(strings.ToUpper(method), real, "", http.Header{"Content-Type": {"application/json"}}); bytes.Contains(content, []byte("the API has no")) {
				t.Errorf("%s %s: %s", method, path, content)
			}
		}
	}
	for name, ask := range map[string]any{
		"Send": new(sendRequest), "Play": new(playRequest), "Run": new(runRequest), "Check": new(checkRequest), "Verify": new(verifyRequest), "Resend": new(resendRequest),
	} {
		for key := range document.Components.Schemas[name].Properties {
			body := fmt.Sprintf(`{%q:null}`, key)
			request := httptest.NewRequest("POST", "/", strings.NewReader(body))
			if err := readJSON(request, ask); err != nil {
				t.Errorf("%s: %s: %v", name, key, err)
			}
		}
	}
}

// TestAPIIndex checks that GET /api, with and without a slash at its end, lists the described paths.
func TestAPIIndex(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var index apiIndex
	if status := s.api("GET", "/api", "", &index); status != http.StatusOK || index.OpenAPI != "/openapi.json" {
		t.Errorf("got %d %+v", status, index)
	}
	var document struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(openAPI, &document); err != nil {
		t.Fatal(err)
	}
	var want []string
	for path, methods := range document.Paths {
		for method := range methods {
			if strings.HasPrefix(path, "/api/") && method != "parameters" {
				want = append(want, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(want)
	if !slices.Equal(index.Paths, want) {
		t.Errorf("got %q\nwant %q", index.Paths, want)
	}
	if response, body := s.do("GET", "/api/", nil, nil); response.StatusCode != http.StatusOK || !strings.Contains(body, `"GET /api/deliveries"`) {
		t.Errorf("/api/: %s %s", response.Status, body)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var health struct{ Status string }
	if status := s.api("GET", "/healthz", "", &health); status != 200 || health.Status != "ok" {
		t.Errorf("got %d %+v", status, health)
	}
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
}
