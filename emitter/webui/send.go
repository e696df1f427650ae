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

// form is what somebody wants to send.
type form struct {
	To      string // a webhook's name; "" for URL
	URL     string
	Bot     string
	Action  payload.Action
	Edition string // "" is the webhook's own
	Lead    string // the lead that is continued; "" for a fresh one
	Answers map[string]string

	// The three that make the preview and what is sent the same bytes.
	Seed   uint64
	At     time.Time
	Digest string // of the body that was previewed; "" when none was
}

// sendData is what the template of the form sees.
type sendData struct {
	form
	Webhooks []emitter.Webhook
	Bots     []string
	Actions  []payload.Action
	Editions []payload.Edition
	Fields   []field
	Fault    string
	Preview  *preview
	Unsigned bool // it would be signed with the empty secret
}

// field is a question of the bot, and what the visitor is to say.
type field struct {
	Name, Hint, Value string
	Choices           []string
}

type preview struct {
	Event, Lead, URL, Stamp string
	Request                 requestData
}

// Stamp is At as the form carries it.
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
	parse("seed", func(s string) (err error) { f.Seed, err = strconv.ParseUint(s, 10, 64); return plain(err, "seed", s) })
	parse("at", func(s string) (err error) { f.At, err = time.Parse(time.RFC3339Nano, s); return plain(err, "at", s) })
	return f, errors.Join(errs...)
}

func plain(err error, key, text string) error {
	if err != nil {
		return fmt.Errorf("%s is %q, which this form did not write", key, text)
	}
	return nil
}

// sendForm shows the form, and with preview set, what it would send.
func (h *Handler) sendForm(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f, err := h.readForm(q)
	if err == nil && q.Has("preview") {
		h.showPreview(w, r, f, http.StatusOK, nil)
		return
	}
	h.showForm(w, r, f, err)
}

func (h *Handler) showForm(w http.ResponseWriter, r *http.Request, f form, fault error) {
	data := h.sendData(r.Context(), &f)
	status := http.StatusOK
	if fault != nil {
		data.Fault = sentence(strings.ReplaceAll(fault.Error(), "\n", "; "))
		status = http.StatusBadRequest
	}
	h.show(w, status, "send", chrome{Title: "Send an event", Here: "send", Data: data})
}

// showPreview shows the very bytes that the form would send, with a word on why they are shown again.
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
		data.Fault = sentence(why.Error())
	}
	data.Unsigned = hook.Secret.Empty()
	event := planned.Event
	if planned.Version > 0 {
		event += fmt.Sprintf(" v%d", planned.Version)
	}
	data.Preview = &preview{Event: event, Lead: planned.Lead, URL: planned.URL, Stamp: f.Stamp(), Request: newRequest(&planned)}
	h.show(w, status, "send", chrome{Title: "Send an event", Here: "send", Data: data})
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

var errMoved = errors.New("the lead has gone on since you looked; this is what would be sent now")

// send sends what the form says. What was previewed is sent byte for byte, or not at all.
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

// hints tell the form of an answer where any text will not do.
var hints = map[payload.Type]string{
	payload.TypeNumber:   "a number",
	payload.TypeDateTime: "a day like 2027-01-31",
	payload.TypeAddress:  "an address on one line",
}

func (h *Handler) bot(name string) (*fixtures.Bot, error) {
	if bot := h.opt.Bots[name]; bot != nil {
		return bot, nil
	}
	return fixtures.LoadBot(name)
}

// hook gives the webhook of the form.
func (h *Handler) hook(f *form) (emitter.Webhook, error) {
	if f.To == "" {
		return h.elsewhere(f.URL)
	}
	for i := range h.opt.Webhooks {
		if h.opt.Webhooks[i].Name == f.To {
			return h.opt.Webhooks[i], nil
		}
	}
	return emitter.Webhook{}, fmt.Errorf("there is no webhook %q", f.To)
}

// message makes what the form means. The same form and history give the same bytes.
func (h *Handler) message(ctx context.Context, f *form) (hook emitter.Webhook, m emitter.Message, err error) {
	if hook, err = h.hook(f); err != nil {
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

// continued makes the next event of a lead of the history, with its bot, visitor and edition.
func (h *Handler) continued(ctx context.Context, f *form, opt fixtures.Options) (emitter.Message, error) {
	last, err := h.lastOf(ctx, f.Lead)
	if errors.Is(err, history.ErrNotFound) {
		return emitter.Message{}, fmt.Errorf("the history knows no lead %q", f.Lead)
	}
	if err != nil {
		return emitter.Message{}, err
	}
	event, err := payload.Decode(last.Request.Body)
	if err != nil {
		return emitter.Message{}, fmt.Errorf("the lead cannot be continued: delivery #%d holds no whole event: %w", last.ID, err)
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
