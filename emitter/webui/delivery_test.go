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
	s := newSite(t)
	s.converse(0, 1)
	d, err := s.store.Get(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	_, body := s.get("/deliveries/2")
	shown := plainText(body)
	for _, want := range []string{
		"lead:updated v2", "204", "No Content: accepted", "POST /hook HTTP/1.1", "artibot-api", fmt.Sprintf("Content-Length%d", len(d.Request.Body)), d.Request.Headers.Get(signature.Header),
		"POST&" + s.receiver + "&" + string(d.Request.Body), `It fits the secret of the webhook "crm".`, "curl -q -X POST", "HTTP/1.1 204 No Content",
		d.Lead, "sales", "2019", "Answered after",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, d.Request.Body, "", "  "); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(shown, pretty.String()) {
		t.Error("the body is not laid out")
	}
}

func TestDeliverySignatureIsJudged(t *testing.T) {
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
		says string
	}{
		{"right", sent(func(*emitter.Webhook, *emitter.Message) {}), true, "It fits"},
		{"scheme body", sent(func(w *emitter.Webhook, _ *emitter.Message) { w.Scheme = signature.SchemeBody }), true, "It fits"},
		{"another secret", sent(func(w *emitter.Webhook, _ *emitter.Message) { w.Secret = signature.NewSecret("x") }), false, "does not fit"},
		{"tampered", sent(func(_ *emitter.Webhook, m *emitter.Message) { m.Tamper = "body" }), false, "does not fit"},
		{"unsigned", sent(func(_ *emitter.Webhook, m *emitter.Message) { m.Tamper = emitter.TamperUnsigned }), false, "without a signature"},
	} {
		hook := s.page.hookOf(&tt.d)
		if fits, says := verdict(&tt.d, &hook); fits != tt.fits || !strings.Contains(says, tt.says) {
			t.Errorf("%s: got %v, %q", tt.name, fits, says)
		}
	}
}

func TestHugeBodiesAreCut(t *testing.T) {
	s := newSite(t)
	huge := strings.Repeat("é", 300<<10)
	s.record(s.store, func(d *history.Delivery) {
		answered(d, 200, huge)
		d.Request.Body = []byte(`"` + huge + `"`)
	})
	s.record(s.store, func(d *history.Delivery) {
		answered(d, 200, "\xff\x00<b>")
		d.Request.Body = []byte(strings.Repeat("[", 9000) + strings.Repeat("]", 9000))
	})
	for path, says := range map[string]string{"/deliveries/1": "Shown are the first 65.5 KB of 614.4 KB", "/deliveries/2": "ff 00 3c 62 3e"} {
		_, body := s.get(path)
		if len(body) > 1<<20 || !strings.Contains(body, says) || !utf8.ValidString(body) {
			t.Errorf("%s has %d bytes, or does not say %q", path, len(body), says)
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
	if body != huge {
		t.Errorf("the raw body has %d bytes", len(body))
	}
	if _, body := s.get("/deliveries/1/curl"); !strings.HasPrefix(body, "printf ") {
		t.Errorf("the curl command is %.40q", body)
	}
}

func TestSignedTextIsCut(t *testing.T) {
	for name, tt := range map[string]struct{ before, body, text, cut string }{
		"small":      {"POST&x&", "{}", "POST&x&{}", ""},
		"none":       {"", "", "", ""},
		"not text":   {"", "a\xffb", "a\uFFFDb", ""},
		"just fits":  {"", strings.Repeat("a", shownBody), strings.Repeat("a", shownBody), ""},
		"a byte off": {"", strings.Repeat("a", shownBody+1), strings.Repeat("a", shownBody), "Shown are the first 65.5 KB of 65.5 KB."},
		"mid letter": {"&", strings.Repeat("é", shownBody), "&" + strings.Repeat("é", shownBody/2-1), "Shown are the first 65.5 KB of 131.1 KB."},
		"long URL":   {strings.Repeat("u", 2*shownBody), "{}", strings.Repeat("u", shownBody), "Shown are the first 65.5 KB of 131.1 KB."},
	} {
		if text, cut := signedText(tt.before, []byte(tt.body)); text != tt.text || cut != tt.cut {
			t.Errorf("%s: %d bytes, want %d; it says %q, want %q", name, len(text), len(tt.text), cut, tt.cut)
		}
	}
}

func TestResend(t *testing.T) {
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
			t.Errorf("%v: sent to %s, webhook %q, answer %d", tt.form, last.URL, last.Webhook, last.Status)
		}
	}
	for _, form := range []url.Values{{}, {"how": {"x"}}, {"how": {"elsewhere"}}, {"how": {"elsewhere"}, "url": {"ftp://x"}}} {
		if response, _ := s.post("/deliveries/1/resend", form, nil); response.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %s", form, response.Status)
		}
	}
}

func TestResendShowsHowTheAnswerChanged(t *testing.T) {
	s := newSite(t)
	s.record(s.store, func(d *history.Delivery) { answered(d, 401, "no") })
	s.record(s.store, func(d *history.Delivery) { d.ResendOf = 1; answered(d, 204, "") })
	s.record(s.store, func(d *history.Delivery) { d.ResendOf, d.Duration = 1, time.Second; answered(d, 401, "no") })
	s.record(s.store, func(d *history.Delivery) { d.ResendOf, d.Error, d.Duration = 1, "refused", time.Millisecond })
	s.record(s.store, func(d *history.Delivery) { d.ResendOf = 77; answered(d, 204, "") })
	for _, tt := range []struct{ path, want string }{
		{"/deliveries/1", "Sent again as #2 204 #3 401 #4 refused"},
		{"/deliveries/2", "This sends #1 again. Then the answer was 401 after 3.1ms, now it is 204 after 3.1ms, with another body."},
		{"/deliveries/3", "now it is 401 after 3.1ms, with the same body."},
		{"/deliveries/4", "now it is refused after 1ms."},
		{"/deliveries/5", "This sends #77 again, which the history does not hold."},
		{"/", "resend of #77"},
		{"/lead?id=c19377db-1111-4222-8333-944455566677", "resend of #1"},
	} {
		if _, body := s.get(tt.path); !strings.Contains(plainText(body), tt.want) {
			t.Errorf("%s says %s\nwant %s", tt.path, plainText(body), tt.want)
		}
	}
}

// TestResendKeepsHeaders: what somebody added for a URL that is no known webhook's goes out again, as history resend has it.
func TestResendKeepsHeaders(t *testing.T) {
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

// TestResendKeepsTheName of a webhook that the page does not know, as one started in another folder.
func TestResendKeepsTheName(t *testing.T) {
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

func TestManyResendsAreNotAllNamed(t *testing.T) {
	s := newSite(t)
	s.record(s.store, func(d *history.Delivery) { answered(d, 401, "") })
	for range shownResends + 2 {
		s.record(s.store, func(d *history.Delivery) { d.ResendOf = 1; answered(d, 204, "") })
	}
	_, body := s.get("/deliveries/1")
	if want := "Sent again, the last times as #4 204 #5 204"; !strings.Contains(plainText(body), want) {
		t.Errorf("it says %s\nwant %s", plainText(body), want)
	}
}

func TestLeadShowsWhatChanged(t *testing.T) {
	text := func(field, says string) payload.Answer {
		return payload.Answer{Field: field, Input: says, Display: says, Type: payload.TypeText, Value: payload.Text(says)}
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

func TestLeadIsAConversation(t *testing.T) {
	s := newSite(t)
	lead := s.converse(0, 1)
	s.record(s.store, func(d *history.Delivery) {
		d.Lead, d.Event, d.Version, d.Request.Body = lead, "", 0, []byte("no <event>")
	})
	s.post("/deliveries/2/resend", url.Values{"how": {"again"}}, nil)
	_, body := s.get("/lead?id=" + lead)
	moments := regexp.MustCompile(`<h2>([^<]+?) *(?:<span class="soft">(v\d+)</span>)?</h2>`).FindAllStringSubmatch(body, -1)
	var order []string
	for _, m := range moments {
		order = append(order, strings.TrimSpace(m[1]+" "+m[2]))
	}
	if len(order) < 5 || order[0] != "no event" || order[1] != "lead:created v1" || order[2] != "lead:updated v2" || !strings.HasPrefix(order[len(order)-1], "lead:completed") {
		t.Errorf("the order is %q", order)
	}
	if added := strings.Count(body, `<div class="added">`); added != len(order)-2 { // all but the last and the one that is no event
		t.Errorf("%d answers were added in %d events", added, len(order))
	}
	for _, want := range []string{"completed", "Deliveries of this event", "No answer changed.", "Invalid JSON"} {
		if !strings.Contains(plainText(body)+body, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if strings.Contains(body, "Send completed") {
		t.Error("a completed lead is to be continued")
	}
}

// TestImportedDeliveryIsSignedForItsURL sends imported deliveries again whose URL is one host and whose SignURL and
// scheme would make a signature that fits another.
func TestImportedDeliveryIsSignedForItsURL(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "unknown", "crm"} {
		s := newSite(t)
		elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		defer elsewhere.Close()
		imported := history.Delivery{
			Time: time.Now(), State: history.Done, Status: 204, Webhook: name, URL: elsewhere.URL + "/hook", SignURL: "https://victim.example/hook", Scheme: "body",
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
		want, secret := elsewhere.URL+"/hook", otherText
		if name == "crm" { // a webhook has a URL of its own
			want, secret = s.receiver, secretText
		}
		signed := signature.Sign(signature.NewSecret(secret), signature.SchemeURL, signature.Message{Method: "POST", URL: want, Body: []byte("{}")})
		if got := last.Request.Headers.Get(signature.Header); last.URL != want || last.SignURL != want || got != signed {
			t.Errorf("%q: sent to %s, signed for %s with %s; want %s with %s", name, last.URL, last.SignURL, got, want, signed)
		}
	}
}

// TestOddURLIsNoLink shows a delivery whose URL would run a script if it were followed.
func TestOddURLIsNoLink(t *testing.T) {
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
	if response, body := s.post("/deliveries/1/resend", url.Values{"how": {"again"}}, nil); response.StatusCode != http.StatusBadRequest || !strings.Contains(body, "which nothing can be sent to") {
		t.Errorf("resend: %s %s", response.Status, body)
	}
}
