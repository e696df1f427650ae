package webui

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"artihook/emitter/history"
	"artihook/emitter/signature"

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

func TestAPIJobs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var j jobObject
	if status := s.api("POST", "/api/play", `{"webhook":"crm","leads":3,"concurrency":2,"seed":5}`, &j); status != http.StatusAccepted || j.State != "running" && j.State != "done" {
		t.Fatalf("play: %d %+v", status, j)
	}
	if j = s.ended(j); j.State != "done" || j.OK == nil || !*j.OK || j.Done != 3 || len(j.Leads) != 3 || len(j.Deliveries) < 9 {
		t.Errorf("play: %+v", j)
	}
	if n, err := s.store.Count(t.Context(), history.Filter{Source: history.SourcePlay}); err != nil || int(n) != len(j.Deliveries) {
		t.Errorf("the history has %d deliveries, the job %d, %v", n, len(j.Deliveries), err)
	}
	if status := s.api("POST", "/api/run", `{"webhook":"crm","scenario":"happy-path"}`, &j); status != http.StatusAccepted {
		t.Fatalf("run: %d", status)
	}
	if j = s.ended(j); j.State != "done" || !*j.OK || len(j.Results) != 1 || len(j.Deliveries) == 0 {
		t.Errorf("run: %+v", j)
	}
	if status := s.api("POST", "/api/run", `{"webhook":"crm","text":"name: x\nsteps: [{start: {}, expect: {status: 500}}]","vars":{"a":"b"}}`, &j); status != http.StatusAccepted {
		t.Fatalf("run a text: %d", status)
	}
	if j = s.ended(j); j.State != "done" || *j.OK {
		t.Errorf("a failed scenario: %+v", j)
	}
	if status := s.api("POST", "/api/run", `{"webhook":"crm","text":"name: x\nsteps: [{send: {body: '${HOME}'}}]"}`, &j); status != http.StatusAccepted {
		t.Fatalf("run a text with a variable: %d", status)
	}
	if j = s.ended(j); j.State != "failed" || *j.OK || !strings.Contains(j.Error, `"HOME" is not set`) || len(j.Deliveries) > 0 {
		t.Errorf("a scenario with a variable of the environment: %+v", j)
	}
	if status := s.api("POST", "/api/check", `{"webhook":"crm","only":["signature-wrong-secret","signature-missing-header"],"rejection":[401]}`, &j); status != http.StatusAccepted {
		t.Fatalf("check: %d", status)
	}
	if j = s.ended(j); j.State != "done" || !*j.OK || len(j.Results) != j.Total || j.Total < 1 {
		t.Errorf("check: %+v", j)
	}
	if status := s.api("POST", "/api/play", `{"webhook":"crm","pace":"1h"}`, &j); status != http.StatusAccepted {
		t.Fatalf("a slow play: %d", status)
	}
	status, content := s.apiWith("DELETE", fmt.Sprintf("/api/jobs/%d", j.ID), "", nil)
	if status != http.StatusOK || !bytes.Contains(content, []byte(`"state":"cancelled"`)) || !bytes.Contains(content, []byte(`"results":[]`)) || bytes.Contains(content, []byte(`"deliveries":null`)) {
		t.Errorf("cancel: %d %s", status, content)
	}
	var all struct{ Jobs []jobObject }
	if status := s.api("GET", "/api/jobs", "", &all); status != http.StatusOK || len(all.Jobs) != 6 || all.Jobs[0].ID != 6 {
		t.Errorf("the jobs: %d %+v", status, all)
	}
}

func TestAPIBoundsJobs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range maxRunning {
		if status := s.api("POST", "/api/play", `{"webhook":"crm","pace":"1h"}`, nil); status != http.StatusAccepted {
			t.Fatal(status)
		}
	}
	if status := s.api("POST", "/api/play", `{"webhook":"crm"}`, nil); status != http.StatusTooManyRequests {
		t.Errorf("one job more: %d", status)
	}
	for i := range maxRunning {
		s.api("DELETE", fmt.Sprintf("/api/jobs/%d", i+1), "", nil)
	}
	for range maxEnded + 2 {
		var j jobObject
		s.api("POST", "/api/run", `{"webhook":"crm","text":"name: x\nsteps: [{wait: 1ms}]"}`, &j)
		s.ended(j)
	}
	if n := len(s.page.jobs.all()); n > maxEnded+1 {
		t.Errorf("%d jobs are known", n)
	}
	if status := s.api("GET", "/api/jobs/1", "", nil); status != http.StatusNotFound {
		t.Errorf("the oldest job: %d", status)
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

// TestAPIErrors checks that a request with a mistake sends nothing and that the error names the mistake.
func TestAPIErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.record(s.store, nil)
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/api/send", `{`, 400, "not valid JSON"},
		{"POST", "/api/send", `{} {}`, 400, "one JSON object"},
		{"POST", "/api/send", `{"webook":"crm"}`, 400, "webook"},
		{"POST", "/api/send", `{"seed":"x"}`, 400, "wrong type"},
		{"POST", "/api/send", `{}`, 400, "URL is missing"},
		{"POST", "/api/send", `{"webhook":"none"}`, 400, "no webhook"},
		{"POST", "/api/send", `{"url":"ftp://x"}`, 400, "ftp"},
		{"POST", "/api/send", `{"url":"http://169.254.169.254/latest/meta-data"}`, 400, "metadata"},
		{"POST", "/api/send", `{"url":"http://[fd00:ec2::254]/"}`, 400, "metadata"},
		{"POST", "/api/send", `{"url":"http://[::ffff:169.254.169.254]/"}`, 400, "metadata"},
		{"POST", "/api/send", `{"webhook":"crm","action":"deleted"}`, 400, "deleted"},
		{"POST", "/api/send", `{"webhook":"crm","bot":"../../etc/passwd"}`, 400, "bot"},
		{"POST", "/api/send", `{"webhook":"crm","lead":"nolead-at-all"}`, 400, "no lead"},
		{"POST", "/api/send", `{"webhook":"crm","tamper":"all"}`, 400, "unsigned"},
		{"POST", "/api/send", `{"webhook":"crm","headers":{"Content-Length":"4"}}`, 400, "Content-Length"},
		{"POST", "/api/send", `{"webhook":"crm","set":{"nope.x":1}}`, 400, "nope"},
		{"POST", "/api/play", `{"webhook":"crm","leads":1000000}`, 400, "leads"},
		{"POST", "/api/play", `{"webhook":"crm","concurrency":1000}`, 400, "concurrency"},
		{"POST", "/api/play", `{"webhook":"crm","pace":"fast"}`, 400, "pace"},
		{"POST", "/api/run", `{"webhook":"crm"}`, 400, "scenario"},
		{"POST", "/api/run", `{"webhook":"crm","scenario":"../../x"}`, 400, "unknown scenario"},
		{"POST", "/api/run", `{"webhook":"crm","text":"name: x\nsteps: [{probe: {run: id}}]"}`, 400, "cannot name a command"},
		{"POST", "/api/run", `{"webhook":"crm","text":"name: x\nsteps: [{send: {file: /etc/passwd}}]"}`, 400, "cannot name a file"},
		{"POST", "/api/run", `{"webhook":"crm","text":"name: x\ninclude: [a.yaml]"}`, 400, "cannot name files"},
		{"POST", "/api/run", `{"webhook":"crm","text":"name: x\nsteps: [{start: {}}]","bot":"/etc/passwd"}`, 400, "bot"},
		{"POST", "/api/check", `{"webhook":"crm","probe":"cat /etc/passwd"}`, 400, "want a URL"},
		{"POST", "/api/check", `{"webhook":"crm","probe":"http://169.254.169.254/{lead}"}`, 400, "metadata"},
		{"POST", "/api/check", `{"webhook":"crm","only":["nothing-such"]}`, 400, "nothing-such"},
		{"POST", "/api/check", `{"url":"http://203.0.113.7/"}`, 400, "confirm"},
		{"POST", "/api/verify", `{"delivery":99}`, 404, "99"},
		{"POST", "/api/verify", `{"webhook":"crm","body":"{}"}`, 400, "signature"},
		{"GET", "/api/deliveries?status=nonsense", "", 400, "status"},
		{"GET", "/api/deliveries?statuss=5xx", "", 400, "statuss"},
		{"GET", "/api/deliveries?limit=100000", "", 400, "limit"},
		{"GET", "/api/deliveries/99", "", 404, "99"},
		{"GET", "/api/deliveries/x", "", 404, "x"},
		{"GET", "/api/leads/nolead-at-all", "", 404, "nolead"},
		{"GET", "/api/jobs/1", "", 404, "no job"},
		{"POST", "/api/deliveries/1/resend", `{"exact":true,"url":"http://localhost/"}`, 400, "exact"},
		{"POST", "/api/deliveries/99/resend", `{}`, 404, "99"},
	} {
		var object struct{ Error string }
		if status := s.api(tt.method, tt.path, tt.body, &object); status != tt.status || !strings.Contains(object.Error, tt.want) {
			t.Errorf("%s %s %s: %d %q, want %d with %q", tt.method, tt.path, tt.body, status, object.Error, tt.status, tt.want)
		}
	}
	if len(s.arrived) > 0 {
		t.Errorf("%d deliveries were sent", len(s.arrived))
	}
	response, _ := s.do("GET", "/api/nothing", nil, nil)
	if response.StatusCode != http.StatusNotFound || response.Header.Get("Content-Type") != "application/json" {
		t.Errorf("an unknown path: %s", response.Status)
	}
}

func TestAPIRejectsOtherSites(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.record(s.store, nil)
	for _, header := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"https://evil.example"}}, {"Origin": {"null"}}} {
		for path, method := range map[string]string{"/api/deliveries": "GET", "/api/deliveries/1": "GET", "/api/send": "POST", "/api/deliveries?id=1": "DELETE", "/api/events": "GET"} {
			header.Set("Content-Type", "application/json")
			if response, _ := s.do(method, path, nil, header); response.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s with %v: %s", method, path, header, response.Status)
			}
		}
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"} {
		if status, _ := s.apiWith("POST", "/api/send", "", http.Header{"Content-Type": {kind}}); status != http.StatusUnsupportedMediaType {
			t.Errorf("with the type %q: %d", kind, status)
		}
	}
	if response, _ := s.do("GET", "/api/deliveries", nil, http.Header{"Host": {"evil.example"}}); response.StatusCode != http.StatusMisdirectedRequest || response.Header.Get("Content-Type") != "application/json" {
		t.Errorf("another host: %s %s", response.Status, response.Header.Get("Content-Type"))
	}
	large := `{"body":"` + strings.Repeat("x", maxRequest) + `"}`
	if status := s.api("POST", "/api/send", large, nil); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: %d", status)
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

// TestAPIBoundsRequests checks the limits for streams, for requests that wait for a receiver, and for forms.
func TestAPIBoundsRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.record(s.store, nil)
	for range maxListeners {
		s.page.listeners <- struct{}{}
	}
	var object struct{ Error string }
	if status := s.api("GET", "/api/events", "", &object); status != http.StatusServiceUnavailable || !strings.Contains(object.Error, "too many") {
		t.Errorf("one stream too many: %d %+v", status, object)
	}
	for range maxSending {
		s.page.sending <- struct{}{}
	}
	for path, body := range map[string]string{"/api/send": `{"webhook":"crm"}`, "/api/deliveries/1/resend": `{}`} {
		if status := s.api("POST", path, body, &object); status != http.StatusTooManyRequests || !strings.Contains(object.Error, "too many") {
			t.Errorf("%s: one request too many: %d %+v", path, status, object)
		}
	}
	if response, body := s.post("/send", url.Values{"to": {"crm"}}, nil); response.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the form: %s %s", response.Status, plainText(body))
	}
	for range maxSending {
		<-s.page.sending
	}
	for path, body := range map[string]string{"/api/send": `{"webhook":"crm","body":"`, "/api/run": `{"webhook":"crm","text":"`, "/api/deliveries/1/resend": `{"headers":{"X-A":"`, "/api/verify": `{"signature":"`} {
		if status := s.api("POST", path, body+strings.Repeat("x", maxRequest)+`"}`, nil); status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: a large body: %d", path, status)
		}
	}
	for path := range map[string]bool{"/send": true, "/deliveries": true, "/deliveries/1/edit": true, "/run": true} {
		if response, _ := s.post(path, url.Values{"body": {strings.Repeat("x", maxForm)}}, nil); response.StatusCode != http.StatusRequestEntityTooLarge && response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: a large form: %s", path, response.Status)
		}
	}
	if len(s.arrived) > 0 {
		t.Errorf("%d deliveries were sent", len(s.arrived))
	}
}

// TestAPIErrorsAreDescribed checks the responses to requests that are rejected before they reach the API.
func TestAPIErrorsAreDescribed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.record(s.store, nil)
	for _, tt := range []struct {
		method, path, body string
		header             http.Header
		status             int
	}{
		{"GET", "/api/deliveries", "", http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403},
		{"POST", "/api/send", "{}", http.Header{"Origin": {"https://evil.example"}}, 403},
		{"GET", "/api/events", "", http.Header{"Origin": {"https://evil.example"}}, 403},
		{"GET", "/api/events?status=x1y", "", nil, 400},
		{"GET", "/api/events?after=x", "", nil, 400},
		{"GET", "/api/events", "", http.Header{"Last-Event-ID": {"x"}}, 400},
		{"DELETE", "/api/jobs/7", "", nil, 404},
		{"DELETE", "/api/deliveries?", "", nil, 400},
	} {
		if status, content := s.apiWith(tt.method, tt.path, tt.body, tt.header); status != tt.status {
			t.Errorf("%s %s: %d %s, want %d", tt.method, tt.path, status, content, tt.status)
		}
	}
	if _, err := s.store.Get(t.Context(), 1); err != nil {
		t.Error("the delivery was deleted:", err)
	}
}

// TestAPIMetadataAddresses checks that Options.AllowMetadata allows what is refused otherwise. Nothing is sent.
func TestAPIMetadataAddresses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const body = `{"url":"http://169.254.169.254/hook","dry_run":true}`
	if status := s.api("POST", "/api/send", body, nil); status != http.StatusBadRequest {
		t.Errorf("refused: %d", status)
	}
	s.record(s.store, func(d *history.Delivery) { d.URL = "http://[fd00:ec2::254]/"; withResponse(d, 204, "") })
	if status := s.api("POST", "/api/deliveries/1/resend", `{}`, nil); status != http.StatusBadRequest {
		t.Errorf("a resend: %d", status)
	}
	s.page.Close()
	opt := s.page.opt
	opt.AllowMetadata = true
	s.page = New(opt)
	s.server.Config.Handler = s.page
	if status := s.api("POST", "/api/send", body, nil); status != http.StatusOK {
		t.Errorf("allowed: %d", status)
	}
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

func TestToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.record(s.store, nil)
	s.page.Close()
	opt := s.page.opt
	opt.Token = signature.NewSecret("open-sesame-4711")
	s.page = New(opt)
	s.server.Config.Handler = s.page
	for path, status := range map[string]int{
		"/": 401, "/deliveries/1": 401, "/api": 401, "/api/deliveries": 401, "/openapi.json": 401, "/events": 401, "/send": 401, "/healthz": 200, "/assets/page.css": 200,
	} {
		response, body := s.do("GET", path, nil, http.Header{"Authorization": {"Bearer wrong"}})
		if response.StatusCode != status || strings.Contains(body, "lead:updated") || strings.Contains(body, "history.db") {
			t.Errorf("%s without the token: %s %s", path, response.Status, body)
		}
		if path == "/events" {
			continue // a stream
		}
		if response, _ := s.do("GET", path, nil, http.Header{"Authorization": {"Bearer open-sesame-4711"}}); response.StatusCode != 200 {
			t.Errorf("%s with the token: %s", path, response.Status)
		}
	}
	if response, body := s.post("/login", map[string][]string{"token": {"wrong"}}, nil); response.StatusCode != 401 || response.Header.Get("Set-Cookie") != "" || !strings.Contains(body, "not the token") {
		t.Errorf("a wrong token: %s", response.Status)
	}
	for next, want := range map[string]string{"/deliveries/1": "/deliveries/1", "//evil.example/": "/", "https://evil.example": "/", `/\evil.example`: "/", "javascript:1": "/"} {
		response, _ := s.post("/login", map[string][]string{"token": {"open-sesame-4711"}, "next": {next}}, nil)
		cookie := response.Header.Get("Set-Cookie")
		if response.StatusCode != http.StatusSeeOther || response.Header.Get("Location") != want || strings.Contains(cookie, "sesame") || !strings.Contains(cookie, "HttpOnly; SameSite=Strict") {
			t.Errorf("next %q: %s to %q, %q", next, response.Status, response.Header.Get("Location"), cookie)
		}
		value, _, _ := strings.Cut(cookie, ";")
		if response, _ := s.do("GET", "/deliveries/1", nil, http.Header{"Cookie": {value}}); response.StatusCode != 200 {
			t.Errorf("with the cookie: %s", response.Status)
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

// TestAPIGoesOnWithoutTheClient checks that a delivery is recorded although the client does not wait for it.
func TestAPIGoesOnWithoutTheClient(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	arrived, respond := make(chan bool, 1), make(chan bool)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { arrived <- true; <-respond }))
	defer slow.Close()
	connection := &http.Client{Timeout: 30 * time.Second}
	go func() {
		<-arrived
		connection.CloseIdleConnections()
		close(respond)
	}()
	response, err := connection.Post(s.url+"/api/send", "application/json", strings.NewReader(`{"url":"`+slow.URL+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if last, err := s.store.Last(t.Context()); err != nil || last.State != history.Done || last.Status != 200 {
		t.Errorf("got %+v, %v", last, err)
	}
}
