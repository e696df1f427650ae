package webui

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"artihook/emitter/history"
)

// allPaths returns a path for each handler and error.
func allPaths(lead string) []string {
	return []string{
		"/", "/?status=2xx&event=created", "/?before=3", "/?status=nonsense", "/nowhere", "/deliveries/1", "/deliveries/999", "/deliveries/x",
		"/deliveries/1/request", "/deliveries/1/response", "/deliveries/1/curl", "/deliveries/1/else", "/lead?id=" + lead, "/lead", "/lead?id=x", "/send",
		"/send?preview=1", "/send?preview=1&to=mail&action=completed", "/send?action=x", "/send?preview=1&lead=" + lead + "&action=completed",
		"/assets/page.css", "/assets/page.js", "/assets/icon.svg", "/assets/none", "/events?after=x", "/events?status=nonsense",
	}
}

func TestAllResponsesHaveSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lead := s.converse(0, 1)
	for _, path := range allPaths(lead) {
		response, body := s.get(path)
		for name, want := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		} {
			if got := response.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script>|javascript:`).MatchString(body) && strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s has inline scripts or styles, which the policy forbids", path)
		}
		if strings.Contains(body, secretText) || strings.Contains(body, otherText) {
			t.Errorf("%s shows a secret", path)
		}
		if response.StatusCode >= 500 {
			t.Errorf("%s: %s: %s", path, response.Status, body)
		}
	}
	for _, policyPart := range []string{"unsafe", "http:", "https:", "*"} {
		if strings.Contains(policy, policyPart) {
			t.Errorf("the policy allows %q", policyPart)
		}
	}
}

func TestOtherHostsAreRejected(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.converse(0, 1)
	port := s.url[strings.LastIndexByte(s.url, ':'):]
	for host, allowed := range map[string]bool{
		"127.0.0.1" + port: true, "localhost" + port: true, "LOCALHOST" + port: true, "[::1]" + port: true,
		"evil.example" + port: false, "evil.example": false, "127.0.0.1": false, "127.0.0.1:1": false, "localhost.evil.example" + port: false,
		"192.168.1.5" + port: false,
	} {
		response, body := s.do("GET", "/", nil, http.Header{"Host": {host}})
		if ok := response.StatusCode == http.StatusOK; ok != allowed {
			t.Errorf("host %q: %s", host, response.Status)
		}
		if !allowed && strings.Contains(body, "lead:created") {
			t.Errorf("the response for host %q has the history", host)
		}
	}
	for _, tt := range []struct {
		header, served string
		want           bool
	}{
		{"10.0.0.7:8400", "0.0.0.0:8400", true},
		{"[fd00::1]:8400", "[::]:8400", true},
		{"evil.example:8400", "0.0.0.0:8400", false},
		{"mybox:8400", "mybox:8400", true},
		{"localhost", "127.0.0.1:80", true},
		{"", "127.0.0.1:80", false},
		{"localhost:8401", "127.0.0.1:8400", false},
	} {
		if got := hostMatches(tt.header, tt.served); got != tt.want {
			t.Errorf("%q, served on %q: got %v", tt.header, tt.served, got)
		}
	}
}

func TestPostsOfOtherSitesAreRejected(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.converse(0, 1)
	s.arrived = nil
	form := url.Values{"how": {"again"}, "to": {"crm"}, "action": {"created"}}
	for _, header := range []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"https://evil.example"}}, {"Origin": {"null"}},
	} {
		for _, path := range []string{"/send", "/deliveries/1/resend"} {
			if response, _ := s.post(path, form, header); response.StatusCode != http.StatusForbidden {
				t.Errorf("%s with %v: %s", path, header, response.Status)
			}
		}
	}
	if len(s.arrived) != 0 {
		t.Errorf("%d deliveries were sent", len(s.arrived))
	}
	if response, _ := s.post("/deliveries/1/resend", form, http.Header{"Sec-Fetch-Site": {"same-origin"}}); response.StatusCode != http.StatusSeeOther {
		t.Errorf("its own form: %s", response.Status)
	}
}

var rowID = regexp.MustCompile(`<tr data-id="(\d+)"`)

func rowIDs(body string) string {
	var ids []string
	for _, match := range rowID.FindAllStringSubmatch(body, -1) {
		ids = append(ids, match[1])
	}
	return strings.Join(ids, " ")
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, ""); d.Event = "lead:created" })
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 503, "busy & <away>") })
	s.record(s.store, func(d *history.Delivery) { d.Error, d.Webhook, d.Lead = "refused", "mail", "a lead/with ?odd&signs" })
	s.record(s.store, nil)
	for query, want := range map[string]string{
		"":                    "4 3 2 1",
		"webhook=mail":        "3",
		"event=created":       "1",
		"event=LeadCreated":   "1",
		"status=503":          "2",
		"status=5xx":          "2",
		"status=refused":      "3",
		"status=unknown":      "4",
		"grep=%26+%3Caway%3E": "2",
		"before=3":            "2 1",
		"lead=C19377DB-1111-4222-8333-944455566677":             "4 2 1", // upper case, as in some logs
		"status=2xx&webhook=crm":                                "1",
		"status=2xx&webhook=mail":                               "",
		url.Values{"lead": {"a lead/with ?odd&signs"}}.Encode(): "3",
	} {
		response, body := s.get("/?" + query)
		if got := rowIDs(body); got != want || response.StatusCode != http.StatusOK {
			t.Errorf("%q shows %q, %s; want %q", query, got, response.Status, want)
		}
	}
	for query, want := range map[string]string{
		"status=abc1": "a code like 204", "status=nonsense": "the name of a failure like refused", "event=x": "created, updated or completed",
		"before=0": "the number of a delivery", "before=x": "the number of a delivery",
	} {
		response, body := s.get("/?" + query)
		if response.StatusCode != http.StatusBadRequest || !strings.Contains(html.UnescapeString(body), want) {
			t.Errorf("%q: %s, without %q", query, response.Status, want)
		}
	}
	response, _ := s.get("/?webhook=&event=&status=5xx&lead=&grep=a+b")
	if to := response.Header.Get("Location"); response.StatusCode != http.StatusSeeOther || to != "/?grep=a+b&status=5xx" {
		t.Errorf("a form with empty fields is redirected to %q", to)
	}
}

func TestListLinksToTheConversation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lead := s.converse(0, 1)
	for query, want := range map[string]bool{"": false, "?lead=" + lead: true, "?lead=none": false} {
		if _, body := s.get("/" + query); strings.Contains(body, "Show the conversation") != want {
			t.Errorf("%q: want a link to the conversation: %v", query, want)
		}
	}
}

func TestListPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var batch []*history.Delivery
	for range pageRows + 20 {
		batch = append(batch, &history.Delivery{Time: time.Now(), URL: s.receiver, Webhook: "crm", Event: "lead:updated"})
	}
	if err := s.store.Plan(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	_, body := s.get("/?webhook=crm")
	if rows := strings.Fields(rowIDs(body)); len(rows) != pageRows || rows[0] != strconv.Itoa(pageRows+20) {
		t.Fatalf("the first page has %d rows", len(rows))
	}
	older := regexp.MustCompile(`href="([^"]+)" rel="next"`).FindStringSubmatch(body)
	if older == nil {
		t.Fatal("no link to older deliveries")
	}
	_, body = s.get(html.UnescapeString(older[1]))
	if rows := strings.Fields(rowIDs(body)); len(rows) != 20 || rows[19] != "1" || strings.Contains(body, `rel="next"`) || strings.Contains(body, "data-live") {
		t.Errorf("the last page has %d rows", len(rows))
	}
}

func TestEmptyPagesShowWhatToDo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for path, want := range map[string]string{
		"/": "artihook send localhost:3000/hook", "/?status=5xx": "artihook send localhost:3000/hook", "/send": "the exact request before it is sent",
	} {
		if _, body := s.get(path); !strings.Contains(body, want) {
			t.Errorf("%s does not have %q", path, want)
		}
	}
	s.record(s.store, nil)
	for path, want := range map[string]string{
		"/?status=5xx": "No deliveries match these filters", "/?before=1": "no older deliveries", "/deliveries/1": "No response yet",
		"/deliveries/7": "There is no delivery #7", "/lead": "The address has no lead", "/lead?id=x": "The history has no lead",
	} {
		if _, body := s.get(path); !strings.Contains(body, want) {
			t.Errorf("%s does not have %q", path, want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	now := time.Now()
	for _, tt := range []struct {
		name         string
		d            history.Delivery
		class, label string
	}{
		{"accepted", history.Delivery{State: history.Done, Status: 200}, "good", "200"},
		{"redirect", history.Delivery{State: history.Done, Status: 302}, "warn", "302"},
		{"not accepted", history.Delivery{State: history.Done, Status: 401}, "warn", "401"},
		{"failed", history.Delivery{State: history.Done, Status: 500}, "bad", "500"},
		{"no response", history.Delivery{State: history.Done, Error: "timeout"}, "bad", "timeout"},
		{"incomplete response", history.Delivery{State: history.Done, Status: 200, Error: "reset"}, "bad", "200 reset"},
		{"in flight", history.Delivery{State: history.Unknown, Time: now}, "wait", "waiting"},
		{"sender stopped", history.Delivery{State: history.Unknown, Time: now.Add(-time.Hour)}, "wait", "unknown"},
	} {
		if got := s.page.outcome(&tt.d); got.Class != tt.class || got.Label != tt.label {
			t.Errorf("%s: got %+v", tt.name, got)
		}
	}
}
