package webui

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/payload"
)

// form is the content of the send form.
type form struct {
	To      string // a webhook's name; "" for URL
	URL     string
	Edition string            // "" is the edition of the webhook
	Set     string            // changes of the body as the user wrote them, a line for each
	Visitor map[string]string // properties of the visitor, by the keys of visitorFields
	eventSpec
	Digest string // of the previewed body; "" without a preview
}

// sendData is the data of the send template.
type sendData struct {
	form
	Webhooks []emitter.Webhook
	Bots     []string
	Actions  []payload.Action
	Editions []payload.Edition
	Fields   []field
	// VisitorFields are the properties of the visitor that the form sets.
	VisitorFields []visitorField
	Problem       string // "" for none
	Preview       *preview
	Unsigned      bool // the preview is signed with the empty secret
}

// field is a question of the bot with the answer of the form.
type field struct {
	Name, Hint, Value string
	Choices           []string
}

type preview struct {
	Event, Lead, URL, Stamp string
	Request                 requestData
}

// Stamp returns At as the value of a form field.
func (f form) Stamp() string { return f.At.Format(time.RFC3339Nano) }

func (h *Handler) readForm(q url.Values) (form, error) {
	f := form{
		To: q.Get("to"), URL: strings.TrimSpace(q.Get("url")), Edition: q.Get("edition"), Digest: q.Get("digest"), Set: q.Get("set"),
		Visitor: map[string]string{},
		eventSpec: eventSpec{
			Bot: q.Get("bot"), Lead: strings.TrimSpace(q.Get("lead")), Action: payload.Created, Answers: map[string]string{},
			Seed: uint64(rand.Uint32()), At: h.opt.Now(),
		},
	}
	if !q.Has("to") && f.URL == "" && len(h.opt.Webhooks) > 0 {
		f.To = h.opt.Webhooks[0].Name
	}
	if f.Bot == "" {
		f.Bot = h.opt.Bot
	}
	fields, texts := q["field"], q["answer"]
	for i := range min(len(fields), len(texts)) {
		if fields[i] != "" && texts[i] != "" {
			f.Answers[strings.ToValidUTF8(fields[i], "\uFFFD")] = strings.ToValidUTF8(texts[i], "\uFFFD")
		}
	}
	var errs []error
	parse := func(key string, read func(string) error) {
		if text := q.Get(key); text != "" {
			errs = append(errs, read(text))
		}
	}
	parse("action", func(s string) (err error) { f.Action, err = payload.ParseAction(s); return err })
	parse("seed", func(s string) (err error) {
		f.Seed, err = strconv.ParseUint(s, 10, 64)
		return formError(err, "seed", s)
	})
	parse("at", func(s string) (err error) {
		f.At, err = time.Parse(time.RFC3339Nano, s)
		return formError(err, "at", s)
	})
	errs = append(errs, f.readEdits(q))
	return f, errors.Join(errs...)
}

type visitorField struct{ Key, Label, Path string }

// visitorFields are the properties of the visitor that the form sets, with their paths in the body.
var visitorFields = [...]visitorField{
	{"ip", "IP address", "meta.ip_address"},
	{"city", "City", "meta.location.city"},
	{"state", "State", "meta.location.state"},
	{"country", "Country", "meta.location.country"},
	{"page", "Page", "meta.chat_start_page"},
}

// readEdits reads the changes of the body.
func (f *form) readEdits(q url.Values) error {
	for _, v := range visitorFields {
		if text := strings.TrimSpace(q.Get(v.Key)); text != "" {
			f.Visitor[v.Key] = text
			f.Edits = append(f.Edits, edit{Path: v.Path, Value: payload.Raw(payload.AppendString(nil, text))})
		}
	}
	for line := range strings.Lines(f.Set) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		path, value, ok := strings.Cut(line, "=")
		if !ok || path == "" {
			return fmt.Errorf("the change %q is not path=value, like lead.status=1", line)
		}
		raw, err := payload.ParseValue(value)
		if err != nil {
			return fmt.Errorf("the change %q: %w", line, err)
		}
		f.Edits = append(f.Edits, edit{Path: path, Value: raw})
	}
	return nil
}

// formMessage returns the message of the form and its webhook.
func (h *Handler) formMessage(ctx context.Context, f *form) (emitter.Webhook, emitter.Message, error) {
	to := target{URL: f.URL, Edition: f.Edition}
	if f.To != "" {
		to = target{Webhook: f.To, Edition: f.Edition}
	} else if f.URL == "" {
		return emitter.Webhook{}, emitter.Message{}, errNoURL
	}
	hook, err := h.resolve(&to)
	if err != nil {
		return hook, emitter.Message{}, err
	}
	m, err := h.message(ctx, &hook, &f.eventSpec)
	return hook, m, err
}

// formError returns an error of a hidden field in plain words.
func formError(err error, key, text string) error {
	if err != nil {
		return fmt.Errorf("%s is %q, which is not a value of this form", key, text)
	}
	return nil
}

// sendForm shows the form and, if the query has preview, the request that it would send.
func (h *Handler) sendForm(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f, err := h.readForm(q)
	if err == nil && q.Has("preview") {
		h.showPreview(w, r, f, http.StatusOK, nil)
		return
	}
	h.showForm(w, r, f, err)
}

func (h *Handler) showForm(w http.ResponseWriter, r *http.Request, f form, problem error) {
	data := h.sendData(r.Context(), &f)
	status := http.StatusOK
	if problem != nil {
		data.Problem = sentence(strings.ReplaceAll(problem.Error(), "\n", "; "))
		status = http.StatusBadRequest
	}
	h.show(w, status, "send", layoutData{Title: "Send an event", Here: "send", Data: data})
}

// showPreview shows the request that the form would send. why is an error that the page shows, or nil.
func (h *Handler) showPreview(w http.ResponseWriter, r *http.Request, f form, status int, why error) {
	hook, m, err := h.formMessage(r.Context(), &f)
	if err != nil {
		h.showForm(w, r, f, err)
		return
	}
	planned := emitter.Plan(&hook, m)
	f.Digest = digest(m.Body)
	data := h.sendData(r.Context(), &f)
	if why != nil {
		data.Problem = sentence(why.Error())
	}
	data.Unsigned = hook.Secret.Empty()
	event := planned.Event
	if planned.Version > 0 {
		event += fmt.Sprintf(" v%d", planned.Version)
	}
	data.Preview = &preview{Event: event, Lead: planned.Lead, URL: planned.URL, Stamp: f.Stamp(), Request: newRequest(&planned)}
	h.show(w, status, "send", layoutData{Title: "Send an event", Here: "send", Data: data})
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

var errMoved = errors.New("the lead has changed since the preview, and nothing was sent; this is the new preview")

// send sends the event of the form. If the body differs from the preview, it sends nothing and shows the new preview.
func (h *Handler) send(w http.ResponseWriter, r *http.Request) {
	if !h.readPost(w, r) {
		return
	}
	f, err := h.readForm(r.PostForm)
	if err != nil {
		h.showForm(w, r, f, err)
		return
	}
	hook, m, err := h.formMessage(r.Context(), &f)
	if err != nil {
		h.showForm(w, r, f, err)
		return
	}
	if f.Digest != "" && f.Digest != digest(m.Body) {
		h.showPreview(w, r, f, http.StatusConflict, errMoved)
		return
	}
	h.deliver(w, r, &hook, emitter.Plan(&hook, m))
}

func (h *Handler) sendData(ctx context.Context, f *form) sendData {
	data := sendData{
		Webhooks: h.opt.Webhooks, Actions: payload.Actions[:], Editions: payload.Editions[:],
		Bots: h.botNames(), VisitorFields: visitorFields[:],
	}
	answered := map[string]bool{}
	if last, err := h.lastOf(ctx, f.Lead); err == nil {
		if last.Bot != "" {
			f.Bot = last.Bot
		}
		if event, err := payload.Decode(last.Request.Body); err == nil {
			for _, a := range event.Lead.Data {
				answered[a.Field] = true
			}
		}
	}
	data.form = *f
	bot, err := h.bot(f.Bot)
	if err != nil {
		return data
	}
	for _, q := range bot.Questions {
		if !answered[q.Field] {
			data.Fields = append(data.Fields, field{q.Field, hints[q.Type], f.Answers[q.Field], q.Choices})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Answers)) {
		if !slices.ContainsFunc(data.Fields, func(known field) bool { return known.Name == name }) {
			data.Fields = append(data.Fields, field{Name: name, Value: f.Answers[name]})
		}
	}
	return data
}

// hints describe the answers of types that do not accept every text.
var hints = map[payload.Type]string{
	payload.TypeNumber:   "a number",
	payload.TypeDateTime: "YYYY-MM-DD",
	payload.TypeAddress:  "an address on one line",
}
