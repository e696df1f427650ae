package webui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"

	"github.com/google/go-cmp/cmp"
)

// plainText returns the text of a page, without its tags.
func plainText(body string) string {
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, ""))
}

func TestDeliveryShowsTheExchange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	person, err := s.store.Person(t.Context(), s.converse(0, 1))
	if err != nil || person.String() == "" {
		t.Fatal(person, err)
	}
	d, err := s.store.Get(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	_, body := s.get("/deliveries/2")
	shown := plainText(body)
	for _, want := range []string{
		"lead:updated v2", "204", "No Content: accepted", "POST /hook HTTP/1.1", "artibot-api", fmt.Sprintf("Content-Length%d", len(d.Request.Body)), d.Request.Headers.Get(signature.Header),
		"POST&" + s.receiver + "&" + string(d.Request.Body), `It fits the secret of the webhook "crm".`, "curl -q -X POST", "HTTP/1.1 204 No Content",
		"Lead" + person.String(), d.Lead, "sales", "2019", "Response after",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q on the page", want)
		}
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, d.Request.Body, "", "  "); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(shown, pretty.String()) {
		t.Error("the body is not formatted")
	}
}

func TestDeliveryShowsWhetherTheSignatureFits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	m := emitter.Message{Body: []byte(`{"a":1}`)}
	sent := func(change func(*emitter.Webhook, *emitter.Message)) history.Delivery {
		hook, m := s.page.opt.Webhooks[0], m
		change(&hook, &m)
		return emitter.Plan(&hook, m)
	}
	for _, tt := range []struct {
		name string
		d    history.Delivery
		fits bool
		want string
	}{
		{"valid", sent(func(*emitter.Webhook, *emitter.Message) {}), true, "It fits"},
		{"scheme body", sent(func(w *emitter.Webhook, _ *emitter.Message) { w.Scheme = signature.SchemeBody }), true, "It fits"},
		{"another secret", sent(func(w *emitter.Webhook, _ *emitter.Message) { w.Secret = signature.NewSecret("x") }), false, "does not fit"},
		{"tampered", sent(func(_ *emitter.Webhook, m *emitter.Message) { m.Tamper = "body" }), false, "does not fit"},
		{"unsigned", sent(func(_ *emitter.Webhook, m *emitter.Message) { m.Tamper = emitter.TamperUnsigned }), false, "has no signature"},
	} {
		hook := s.page.webhookOf(&tt.d)
		if fits, text := verdict(&tt.d, &hook, false); fits != tt.fits || !strings.Contains(text, tt.want) {
			t.Errorf("%s: got %v, %q", tt.name, fits, text)
		}
	}
}

func TestLargeBodiesAreCut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	large := strings.Repeat("é", 600<<10)
	s.record(s.store, func(d *history.Delivery) {
		withResponse(d, 200, large)
		d.Request.Body = []byte(`"` + large + `"`)
	})
	s.record(s.store, func(d *history.Delivery) {
		withResponse(d, 200, "\xff\x00<b>")
		d.Request.Body = []byte(strings.Repeat("[", 9000) + strings.Repeat("]", 9000))
	})
	for path, want := range map[string]string{"/deliveries/1": "The first 1.0 MB of 1.2 MB are shown.", "/deliveries/2": "ff 00 3c 62 3e"} {
		_, body := s.get(path)
		if len(body) > 8<<20 || !strings.Contains(body, want) || !utf8.ValidString(body) {
			t.Errorf("%s has %d bytes, or not the text %q", path, len(body), want)
		}
	}
	response, body := s.get("/deliveries/1/response")
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Disposition": `attachment; filename="delivery-1-response.body"`, "X-Content-Type-Options": "nosniff",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if body != large[:exchange.MaxBody] {
		t.Errorf("the raw body has %d bytes", len(body))
	}
	if _, body := s.get("/deliveries/1/curl"); !strings.HasPrefix(body, "printf ") {
		t.Errorf("the curl command is %.40q", body)
	}
}

func TestSignedTextIsCut(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ before, body, text, cut string }{
		"small":      {"POST&x&", "{}", "POST&x&{}", ""},
		"none":       {"", "", "", ""},
		"not text":   {"", "a\xffb", "a\uFFFDb", ""},
		"just fits":  {"", strings.Repeat("a", shownSigned), strings.Repeat("a", shownSigned), ""},
		"a byte off": {"", strings.Repeat("a", shownSigned+1), strings.Repeat("a", shownSigned), "The first 65.5 KB of 65.5 KB are shown."},
		"mid letter": {"&", strings.Repeat("é", shownSigned), "&" + strings.Repeat("é", shownSigned/2-1), "The first 65.5 KB of 131.1 KB are shown."},
		"long URL":   {strings.Repeat("u", 2*shownSigned), "{}", strings.Repeat("u", shownSigned), "The first 65.5 KB of 131.1 KB are shown."},
	} {
		if text, cut := signedText(tt.before, []byte(tt.body)); text != tt.text || cut != tt.cut {
			t.Errorf("%s: %d bytes, want %d; the note is %q, want %q", name, len(text), len(tt.text), cut, tt.cut)
		}
	}
}

func TestResend(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.converse(0, 1)
	first, err := s.store.Get(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		form url.Values
		url  string
		hook string
		fits bool
	}{
		{url.Values{"how": {"again"}}, s.receiver, "crm", true},
		{url.Values{"how": {"exact"}}, s.receiver, "crm", true},
		{url.Values{"how": {"elsewhere"}, "url": {s.receiver + "?else"}}, s.receiver + "?else", "", false}, // signed with the other secret
	} {
		response, _ := s.post("/deliveries/1/resend", tt.form, nil)
		to := response.Header.Get("Location")
		last, err := s.store.Last(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusSeeOther || to != fmt.Sprintf("/deliveries/%d", last.ID) {
			t.Errorf("%v: %s, to %q", tt.form, response.Status, to)
		}
		if last.URL != tt.url || last.Webhook != tt.hook || last.OK() != tt.fits || !bytes.Equal(last.Request.Body, first.Request.Body) || last.Lead != first.Lead {
			t.Errorf("%v: sent to %s, webhook %q, status %d", tt.form, last.URL, last.Webhook, last.Status)
		}
	}
	for _, form := range []url.Values{{}, {"how": {"x"}}, {"how": {"elsewhere"}}, {"how": {"elsewhere"}, "url": {"ftp://x"}}} {
		if response, _ := s.post("/deliveries/1/resend", form, nil); response.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %s", form, response.Status)
		}
	}
}

func TestResendShowsHowTheResponseChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 401, "no") })
	s.record(s.store, func(d *history.Delivery) { d.ResendOf = 1; withResponse(d, 204, "") })
	s.record(s.store, func(d *history.Delivery) { d.ResendOf, d.Duration = 1, time.Second; withResponse(d, 401, "no") })
	s.record(s.store, func(d *history.Delivery) { d.ResendOf, d.Error, d.Duration = 1, "refused", time.Millisecond })
	s.record(s.store, func(d *history.Delivery) { d.ResendOf = 77; withResponse(d, 204, "") })
	for _, tt := range []struct{ path, want string }{
		{"/deliveries/1", "Resends: #2 204 #3 401 #4 refused"},
		{"/deliveries/2", "This is a resend of #1. The outcome was 401 after 3.1ms, and is now 204 after 3.1ms, with another body. Compare"},
		{"/deliveries/3", "and is now 401 after 3.1ms, with the same body."},
		{"/deliveries/4", "and is now refused after 1ms."},
		{"/deliveries/5", "This is a resend of #77, which is not in the history."},
		{"/", "resend of #77"},
		{"/lead?id=c19377db-1111-4222-8333-944455566677", "resend of #1"},
	} {
		if _, body := s.get(tt.path); !strings.Contains(plainText(body), tt.want) {
			t.Errorf("%s has the text %s\nwant %s", tt.path, plainText(body), tt.want)
		}
	}
}

// TestResendSendsHeaders: a resend to a URL without a webhook has the added headers of the delivery, as with history resend.
func TestResendSendsHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	own := exchange.Header{Name: "X-Token", Value: "abc"}
	hook := emitter.Webhook{URL: parseURL(t, s.receiver+"?own"), Secret: signature.NewSecret(otherText), Headers: []exchange.Header{own, {Name: "User-Agent"}}}
	first := s.emit(&hook, emitter.Message{Body: []byte("{}")})
	for _, form := range []url.Values{{"how": {"again"}}, {"how": {"elsewhere"}, "url": {s.receiver + "?else"}}} {
		s.post(fmt.Sprintf("/deliveries/%d/resend", first.ID), form, nil)
		last, err := s.store.Last(t.Context())
		if err != nil || last.ResendOf != first.ID || last.Request.Headers.Get(own.Name) != own.Value || last.Request.Headers.Get("User-Agent") != "" {
			t.Errorf("%v: %v, resend of #%d with %v", form, err, last.ResendOf, last.Request.Headers)
		}
	}
}

// TestResendRecordsTheName: a resend has the name of its webhook, also if that is not configured.
func TestResendRecordsTheName(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	hook := emitter.Webhook{Name: "elsewhere", URL: parseURL(t, s.receiver), Secret: signature.NewSecret(otherText)}
	first := s.emit(&hook, emitter.Message{Body: []byte("{}")})
	for _, tt := range []struct{ how, want string }{{"again", "elsewhere"}, {"exact", "elsewhere"}, {"elsewhere", ""}} {
		s.post(fmt.Sprintf("/deliveries/%d/resend", first.ID), url.Values{"how": {tt.how}, "url": {s.receiver}}, nil)
		if last, err := s.store.Last(t.Context()); err != nil || last.ID == first.ID || last.Webhook != tt.want {
			t.Errorf("%s: #%d to the webhook %q, %v", tt.how, last.ID, last.Webhook, err)
		}
	}
}

// TestResendOfUnknownBytes: a recorded request that is not HTTP cannot be sent exactly as it was.
func TestResendOfUnknownBytes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.record(s.store, func(d *history.Delivery) { d.RawRequest = []byte("not a request") })
	response, body := s.post("/deliveries/1/resend", url.Values{"how": {"exact"}}, nil)
	if response.StatusCode != http.StatusBadRequest || !strings.Contains(body, "its bytes are unknown") {
		t.Errorf("%s: %s", response.Status, plainText(body))
	}
	if last, err := s.store.Last(t.Context()); err != nil || last.ID != d.ID {
		t.Errorf("delivery #%d was sent, %v", last.ID, err)
	}
}

func TestOnlyTheNewestResendsAreShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 401, "") })
	for range shownResends + 2 {
		s.record(s.store, func(d *history.Delivery) { d.ResendOf = 1; withResponse(d, 204, "") })
	}
	_, body := s.get("/deliveries/1")
	if want := "The newest resends: #4 204 #5 204"; !strings.Contains(plainText(body), want) {
		t.Errorf("the page has the text %s\nwant %s", plainText(body), want)
	}
}

func TestLeadShowsWhatChanged(t *testing.T) {
	t.Parallel()
	text := func(field, input string) payload.Answer {
		return payload.Answer{Field: field, Input: input, Display: input, Type: payload.TypeText, Value: payload.Text(input)}
	}
	got := changes(
		[]payload.Answer{text("Name", "Ada"), text("Town", "Bath"), text("Gone", "x")},
		[]payload.Answer{text("Town", "Bristol"), text("Name", "Ada"), {Field: "Team", Input: "4", Type: payload.TypeNumber, Value: payload.Number(4)}},
	)
	want := []change{
		{Field: "Town", Type: "text", Text: "Bristol", Kind: "changed", Before: "Bath"},
		{Field: "Team", Type: "number", Text: "4", Kind: "added"},
		{Field: "Gone", Type: "text", Text: "x", Kind: "removed"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLeadShowsTheConversation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lead := s.converse(0, 1)
	s.record(s.store, func(d *history.Delivery) {
		d.Lead, d.Event, d.Version, d.Request.Body = lead, "", 0, []byte("no <event>")
	})
	s.post("/deliveries/2/resend", url.Values{"how": {"again"}}, nil)
	_, body := s.get("/lead?id=" + lead)
	headings := regexp.MustCompile(`<h2>([^<]+?) *(?:<span class="soft">(v\d+)</span>)?</h2>`).FindAllStringSubmatch(body, -1)
	var order []string
	for _, m := range headings {
		order = append(order, strings.TrimSpace(m[1]+" "+m[2]))
	}
	if len(order) < 5 || order[0] != "no event" || order[1] != "lead:created v1" || order[2] != "lead:updated v2" || !strings.HasPrefix(order[len(order)-1], "lead:completed") {
		t.Errorf("the order is %q", order)
	}
	if added := strings.Count(body, `<div class="added">`); added != len(order)-2 { // all but "completed" and the body that is not an event
		t.Errorf("%d answers were added in %d events", added, len(order))
	}
	for _, want := range []string{"completed", "Deliveries of this event", "No answer changed.", "Invalid JSON"} {
		if !strings.Contains(plainText(body)+body, want) {
			t.Errorf("no %q on the page", want)
		}
	}
	if strings.Contains(body, "Send completed") {
		t.Error("the page offers to continue a completed lead")
	}
}

// TestImportedDeliveryIsSignedForItsURL: a resend of an imported delivery is not signed for its SignURL, which may be the URL
// of another host.
func TestImportedDeliveryIsSignedForItsURL(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "unknown", "crm"} {
		s := newSite(t)
		target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		defer target.Close()
		imported := history.Delivery{
			Time: time.Now(), State: history.Done, Status: 204, Webhook: name, URL: target.URL + "/hook", SignURL: "https://victim.example/hook", Scheme: "body",
			Request: exchange.Request{Method: "POST", Target: "/hook", Host: "victim.example", Body: []byte("{}")},
		}
		one := func(yield func(history.Delivery, error) bool) { yield(imported, nil) }
		if _, err := s.store.Import(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		s.post("/deliveries/1/resend", url.Values{"how": {"again"}}, nil)
		last, err := s.store.Last(t.Context())
		if err != nil || last.ID != 2 {
			t.Fatalf("%q: delivery %d was sent last (%v), want 2", name, last.ID, err)
		}
		want, secret := target.URL+"/hook", otherText
		if name == "crm" { // it is sent to the URL of the webhook
			want, secret = s.receiver, secretText
		}
		signed := signature.Sign(signature.NewSecret(secret), signature.SchemeURL, signature.Message{Method: "POST", URL: want, Body: []byte("{}")})
		if got := last.Request.Headers.Get(signature.Header); last.URL != want || last.SignURL != want || got != signed {
			t.Errorf("%q: sent to %s, signed for %s with %s; want %s with %s", name, last.URL, last.SignURL, got, want, signed)
		}
	}
}

// TestScriptURLIsNotALink: the URL of a delivery, which may run a script, is not the target of a link.
func TestScriptURLIsNotALink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	odd := history.Delivery{
		Time: time.Now(), State: history.Done, Status: 204, URL: "javascript:alert(1)//", SignURL: "javascript:alert(1)//", Lead: "javascript:alert(1)",
		Request: exchange.Request{Method: "POST", Target: "javascript:alert(1)//", Body: []byte("{}")},
	}
	if _, err := s.store.Import(t.Context(), func(yield func(history.Delivery, error) bool) { yield(odd, nil) }); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/deliveries/1", "/lead?id=" + url.QueryEscape(odd.Lead)} {
		_, body := s.get(path)
		if link := regexp.MustCompile(`(?i)(href|src|action)="?\s*javascript:`).FindString(body); link != "" || !strings.Contains(body, "javascript:") {
			t.Errorf("%s shows the URL as a link, or not at all: %q", path, link)
		}
	}
	if response, body := s.post("/deliveries/1/resend", url.Values{"how": {"again"}}, nil); response.StatusCode != http.StatusBadRequest || !strings.Contains(body, "which is not a valid URL") {
		t.Errorf("resend: %s %s", response.Status, body)
	}
}
