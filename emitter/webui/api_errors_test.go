package webui

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"artihook/emitter/history"
	"artihook/emitter/signature"
)

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
