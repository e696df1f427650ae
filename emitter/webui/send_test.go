package webui

import (
	"bytes"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	rawBody     = regexp.MustCompile(`(?s)<pre class="raw"[^>]*>(.*?)</pre>`)
)

// previewForm returns the form of a preview, and the previewed body.
func previewForm(t *testing.T, page string) (url.Values, string) {
	t.Helper()
	at := strings.Index(page, "preview-title")
	raw := rawBody.FindStringSubmatch(page[at:])
	if raw == nil {
		t.Fatalf("there is no preview: %s", plainText(page))
	}
	form := url.Values{}
	for _, match := range hiddenField.FindAllStringSubmatch(page[at:], -1) {
		form.Add(match[1], html.UnescapeString(match[2]))
	}
	return form, html.UnescapeString(raw[1])
}

func TestPreviewIsSent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, query := range []string{
		"to=crm",
		"to=crm&action=updated&edition=2022&bot=travel",
		"to=mail&action=completed",
		"to=&url=" + url.QueryEscape(s.receiver+"?x=1&y=2") + "&action=updated&field=Name&answer=" + url.QueryEscape(`Ada "& <b>`) + "&field=Own&answer=1",
	} {
		response, body := s.get("/send?preview=1&" + query)
		if response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %s", query, response.Status, plainText(body))
		}
		form, previewed := previewForm(t, body)
		response, body = s.post("/send", form, nil)
		if response.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %s %s", query, response.Status, plainText(body))
		}
		last, err := s.store.Last(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if string(last.Request.Body) != previewed {
			t.Errorf("%s: previewed\n%s\nsent\n%s", query, previewed, last.Request.Body)
		}
	}
	last, _ := s.store.Last(t.Context())
	if !bytes.Contains(last.Request.Body, []byte(`Ada \"& <b>`)) || !bytes.Contains(last.Request.Body, []byte(`"Own"`)) || last.Webhook != "" {
		t.Errorf("the answers of the form are not in %s", last.Request.Body)
	}
	message := signature.Message{Method: "POST", URL: last.SignURL, Body: last.Request.Body}
	if !signature.Verify(signature.NewSecret(otherText), signature.SchemeURL, message, last.Request.Headers.Get(signature.Header)) {
		t.Error("another URL is not signed with the secret of the page")
	}
}

func TestLeadIsContinued(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.post("/send", url.Values{"to": {"crm"}, "action": {"created"}, "bot": {"travel"}}, nil)
	first, err := s.store.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, form := s.get("/send?action=updated&lead=" + first.Lead)
	event, err := payload.Decode(first.Request.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(form, `value="`+html.EscapeString(event.Lead.Data[0].Field)+`"`) {
		t.Error("the form has a question that is already answered")
	}
	_, body := s.get("/send?preview=1&to=crm&action=updated&lead=" + first.Lead)
	stale, _ := previewForm(t, body)
	for _, action := range []string{"updated", "completed"} {
		response, body := s.post("/send", url.Values{"to": {"crm"}, "action": {action}, "lead": {first.Lead}}, nil)
		last, err := s.store.Last(t.Context())
		if err != nil || response.StatusCode != http.StatusSeeOther || last.Lead != first.Lead || last.Event != "lead:"+action || last.Bot != "travel" {
			t.Fatalf("%s: %s, %v, %s", action, response.Status, err, plainText(body))
		}
		if action == "completed" {
			continue
		}
		before := last.ID
		response, body = s.post("/send", stale, nil)
		if last, _ = s.store.Last(t.Context()); response.StatusCode != http.StatusConflict || last.ID != before || !strings.Contains(body, "changed since the preview") {
			t.Errorf("an old preview: %s", response.Status)
		}
	}
}

func TestInvalidForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for query, want := range map[string]string{
		"to=nobody":                    `no webhook "nobody"`,
		"to=":                          "the URL is missing",
		"to=&url=ftp%3A%2F%2Fx":        "bad URL",
		"to=crm&bot=nobody":            "no ready bot",
		"to=crm&action=x":              "created, updated or completed",
		"to=mail&action=created":       "does not receive lead:created",
		"to=crm&lead=x&action=updated": `no lead "x"`,
		"to=crm&edition=1999":          "2019 or 2022",
		"to=crm&seed=x":                "not a value of this form",
		"to=crm&at=x":                  "not a value of this form",
		"to=crm&field=Team+size+%28people+in+the+field%29&answer=many": "not a number",
		"to=crm&field=Name&answer=a&field=Own&answer=b":                "has one answer",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		for _, send := range []func() (*http.Response, string){
			func() (*http.Response, string) { return s.get("/send?preview=1&" + query) },
			func() (*http.Response, string) { return s.post("/send", values, nil) },
		} {
			response, body := send()
			if response.StatusCode != http.StatusBadRequest || !strings.Contains(strings.ToLower(plainText(body)), strings.ToLower(want)) {
				t.Errorf("%s: %s, without %q", query, response.Status, want)
			}
		}
	}
	if _, err := s.store.Last(t.Context()); err == nil {
		t.Error("an event was sent")
	}
}

func TestClosedPageSendsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.page.Close()
	if response, _ := s.post("/send", url.Values{"to": {"crm"}}, nil); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %s", response.Status)
	}
}
