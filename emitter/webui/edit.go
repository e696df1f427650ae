package webui

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"artihook/emitter/history"
	"artihook/emitter/text"
)

// editData is the data of the edit template: a form for an edited resend, and its preview.
type editData struct {
	row
	URL      string
	Body     string
	Problem  string
	Preview  *requestData
	NotValid string // the body is not JSON, which can be intended
}

// edit shows a form with the body of a delivery. A POST request shows the preview, or sends the edited body, signed for it.
func (h *Handler) edit(w http.ResponseWriter, r *http.Request) {
	d, ok := h.find(w, r)
	if !ok {
		return
	}
	data := editData{row: h.row(&d), URL: d.URL, Body: editable(d.Request.Body)}
	if r.Method == http.MethodPost {
		if !h.readPost(w, r) {
			return
		}
		data.URL, data.Body = r.PostForm.Get("url"), r.PostForm.Get("body")
		if h.sendEdited(w, r, &d, &data) {
			return
		}
	}
	status := http.StatusOK
	if data.Problem != "" {
		status = http.StatusBadRequest
	}
	h.show(w, status, "edit", layoutData{Title: fmt.Sprintf("Edit and send #%d", d.ID), Data: data})
}

// sendEdited sends the body of the form, or adds its preview. It reports whether it has responded.
func (h *Handler) sendEdited(w http.ResponseWriter, r *http.Request, d *history.Delivery, data *editData) bool {
	body := compacted(data.Body)
	if err := jsonError(body); err != nil {
		data.NotValid = sentence(err.Error())
	}
	spec := resendSpec{How: "again", Body: body}
	if data.URL != d.URL {
		spec.How, spec.URL = "elsewhere", data.URL
	}
	hook, planned, err := h.planResend(d, spec)
	if err != nil {
		data.Problem = sentence(err.Error())
		return false
	}
	if r.PostForm.Get("do") == "send" {
		h.deliver(w, r, &hook, planned)
		return true
	}
	preview := newRequest(&planned)
	data.Preview = &preview
	return false
}

// editable returns a body as text for the form: JSON over lines.
func editable(body []byte) string {
	return strings.ToValidUTF8(string(text.IndentJSON(body)), "\uFFFD")
}

// compacted returns the body of the form as it is sent: JSON without white space between its values, with keys and numbers as they are.
// Other text is sent as it is, with the line feeds of the form.
func compacted(body string) []byte {
	content := []byte(strings.ReplaceAll(body, "\r\n", "\n"))
	var b strings.Builder
	if !json.Valid(content) {
		return content
	}
	tokens, _ := pretty(content, len(content)*maxDepth)
	for _, t := range tokens {
		if t.Kind == "" {
			b.WriteString(strings.NewReplacer(" ", "", "\n", "").Replace(t.Text))
		} else {
			b.WriteString(t.Text)
		}
	}
	return []byte(b.String())
}

// jsonError returns where a body is not JSON, or nil.
func jsonError(body []byte) error {
	var v any
	err := json.Unmarshal(body, &v)
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	before := body[:min(int(syntax.Offset), len(body))]
	line := strings.Count(string(before), "\n") + 1
	column := len(before) - strings.LastIndex(string(before), "\n") - 1
	return fmt.Errorf("the body is not JSON: line %d, column %d: %s", line, column, strings.TrimPrefix(syntax.Error(), "json: "))
}
