package exchange

import "strings"

// webhookSiteCapture holds the fields of a request in the API and the exports of webhook.site.
type webhookSiteCapture struct {
	Method    string
	URL       string
	Headers   savedHeaders
	Content   savedBody
	CreatedAt string `json:"created_at"`
}

func isWebhookSite(in *input) bool {
	return in.has("uuid", "method") && (in.has("token_id") || in.has("content"))
}

func readWebhookSite(in *input) ([]Recording, error) {
	var c webhookSiteCapture
	if err := in.decode(&c); err != nil {
		return nil, err
	}
	r := Recording{URL: c.URL, Request: Request{Method: strings.ToUpper(c.Method)}, Time: savedTime(c.CreatedAt)}
	r.addSaved(c.Headers)
	return []Recording{r}, r.setSaved(c.Content, false)
}
