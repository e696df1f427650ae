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
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/fixtures"
)

// form is the content of the send form.
type form struct {
	To      string // a webhook's name; "" for URL
	URL     string
	Bot     string
	Action  payload.Action
	Edition string // "" is the edition of the webhook
	Lead    string // the lead to continue; "" for a new one
	Answers map[string]string

	// With these values, the preview and the sent request have the same bytes.
	Seed   uint64
	At     time.Time
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
	Problem  string // "" for none
	Preview  *preview
	Unsigned bool // the preview is signed with the empty secret
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
		To: q.Get("to"), URL: strings.TrimSpace(q.Get("url")), Bot: q.Get("bot"), Edition: q.Get("edition"), Lead: strings.TrimSpace(q.Get("lead")),
		Action: payload.Created, Answers: map[string]string{}, Digest: q.Get("digest"),
		Seed: uint64(rand.Uint32()), At: h.opt.Now(),
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
	return f, errors.Join(errs...)
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
	hook, m, err := h.message(r.Context(), &f)
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
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		h.problem(w, http.StatusBadRequest, "The form could not be read.")
		return
	}
	f, err := h.readForm(r.PostForm)
	if err != nil {
		h.showForm(w, r, f, err)
		return
	}
	hook, m, err := h.message(r.Context(), &f)
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
		Bots: append(slices.Sorted(maps.Keys(h.opt.Bots)), fixtures.Bots()...),
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

func (h *Handler) bot(name string) (*fixtures.Bot, error) {
	if bot := h.opt.Bots[name]; bot != nil {
		return bot, nil
	}
	return fixtures.LoadBot(name)
}

// webhook returns the webhook of the form.
func (h *Handler) webhook(f *form) (emitter.Webhook, error) {
	if f.To == "" {
		return h.parseWebhook(f.URL)
	}
	for i := range h.opt.Webhooks {
		if h.opt.Webhooks[i].Name == f.To {
			return h.opt.Webhooks[i], nil
		}
	}
	return emitter.Webhook{}, fmt.Errorf("there is no webhook %q", f.To)
}

// message returns the message of the form and its webhook. For the same form and history it returns the same bytes.
func (h *Handler) message(ctx context.Context, f *form) (hook emitter.Webhook, m emitter.Message, err error) {
	if hook, err = h.webhook(f); err != nil {
		return hook, m, err
	}
	if !hook.Wants(f.Action) {
		return hook, m, fmt.Errorf("the webhook %q does not receive %s; choose another action", hook.Name, f.Action.Event())
	}
	opt := fixtures.Options{Seed: f.Seed, Edition: hook.Edition}
	if f.Edition != "" {
		if opt.Edition, err = payload.ParseEdition(f.Edition); err != nil {
			return hook, m, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Answers)) {
		opt.Answers = append(opt.Answers, fixtures.FixedAnswer{Field: name, Text: f.Answers[name]})
	}
	if f.Lead != "" {
		m, err = h.continued(ctx, f, opt)
		return hook, m, err
	}
	generator, err := h.generator(f.Bot, opt)
	if err != nil {
		return hook, m, err
	}
	event, err := generator.Event(0, f.At, f.Action)
	if err != nil {
		return hook, m, err
	}
	m = emitter.EventMessage(event)
	m.Bot, m.Seed = f.Bot, fixtures.LeadSeed(f.Seed, 0)
	return hook, m, nil
}

func (h *Handler) generator(name string, opt fixtures.Options) (*fixtures.Generator, error) {
	bot, err := h.bot(name)
	if err != nil {
		return nil, err
	}
	return fixtures.NewGenerator(bot, opt)
}

// continued returns the message of the next event of a lead of the history, with its bot, visitor and edition.
func (h *Handler) continued(ctx context.Context, f *form, opt fixtures.Options) (emitter.Message, error) {
	last, err := h.lastOf(ctx, f.Lead)
	if errors.Is(err, history.ErrNotFound) {
		return emitter.Message{}, fmt.Errorf("the history has no lead %q", f.Lead)
	}
	if err != nil {
		return emitter.Message{}, err
	}
	event, err := payload.Decode(last.Request.Body)
	if err != nil {
		return emitter.Message{}, fmt.Errorf("the lead cannot be continued: the body of delivery #%d is not a complete event: %w", last.ID, err)
	}
	name := f.Bot
	if last.Bot != "" {
		name = last.Bot
	}
	opt.Edition = event.Edition
	generator, err := h.generator(name, opt)
	if err != nil {
		return emitter.Message{}, err
	}
	next, err := generator.Continue(event, last.Seed, f.At, f.Action)
	if err != nil {
		return emitter.Message{}, err
	}
	m := emitter.EventMessage(next)
	m.Bot, m.Seed = name, last.Seed
	return m, nil
}

func (h *Handler) lastOf(ctx context.Context, lead string) (history.Delivery, error) {
	if lead == "" {
		return history.Delivery{}, history.ErrNotFound
	}
	return h.opt.History.LastOfLead(ctx, lead)
}
