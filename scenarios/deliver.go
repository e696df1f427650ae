package scenarios

import (
	"bytes"
	"context"
	"fmt"
	"net/textproto"
	"path/filepath"
	"slices"
	"strings"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/fixtures"
	"artihook/scenarios/report"
)

// parcel is what one delivery carries: an event, which each webhook gets in its own edition, or a body as it is.
type parcel struct {
	event   *payload.Event
	body    []byte
	edits   []edit
	bot     string
	seed    uint64
	numbers map[string]int64 // its first delivery by webhook, for the lineage of a resend
}

type edit struct {
	path  string
	value payload.Raw
	at    Place
}

// message words the parcel for a webhook.
func (c *parcel) message(w *emitter.Webhook) (emitter.Message, error) {
	m := emitter.Message{Body: c.body, Edition: w.Edition}
	if c.event != nil {
		event := c.event.In(w.Edition)
		m = emitter.EventMessage(&event)
	}
	for _, e := range c.edits {
		var err error
		if m.Body, err = payload.Set(m.Body, e.path, e.value); err != nil {
			return m, &Fault{File: e.at.File, Line: e.at.Line, Column: e.at.Column, Problem: fmt.Sprintf("set %.60q: %s", e.path, err)}
		}
	}
	if c.event == nil || len(c.edits) > 0 {
		m.Summary = payload.Summarize(m.Body)
	}
	m.Bot, m.Seed = c.bot, c.seed
	return m, nil
}

// wanted says whether the webhook receives it; a body that is no event goes to all.
func (c *parcel) wanted(w *emitter.Webhook) bool { return c.event == nil || w.Wants(c.event.Action) }

// send makes an event up, or takes a body as it is.
func (a *act) send() ([]*parcel, error) {
	s := a.step.Send
	c := &parcel{}
	var err error
	switch {
	case s.Body != nil:
		var text string
		if text, err = a.vars.expand(s.Body.Value); err != nil {
			return nil, a.p.fault(s.Body.Place, err)
		}
		c.body = []byte(text)
	case s.Base64 != nil:
		c.body = s.Base64.Bytes
	case s.File != nil:
		c.body, err = a.bodyFile(s.File)
	default:
		c.event, err = a.event(s.Action.Value, c)
	}
	if err != nil {
		return nil, err
	}
	if err := a.vars.budget.spend(len(c.body)); err != nil {
		return nil, a.p.fault(s.Place, err)
	}
	for _, e := range s.Set {
		text, err := e.Value.filled(a.vars)
		if err != nil {
			return nil, a.p.fault(e.Value.Place, err)
		}
		raw, err := payload.ParseRaw([]byte(text))
		if err != nil {
			return nil, a.p.fault(e.Value.Place, err)
		}
		c.edits = append(c.edits, edit{e.Key, raw, e.Place})
	}
	return []*parcel{c}, nil
}

func (a *act) bodyFile(name *Text) ([]byte, error) {
	path, err := a.vars.expand(name.Value)
	if err != nil {
		return nil, a.p.fault(name.Place, err)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(name.File), filepath.FromSlash(path))
	}
	body, err := a.p.file.roots.read(path, maxFile)
	if err != nil {
		return nil, a.p.fault(name.Place, fmt.Errorf("%.200q cannot be read: %s", path, reason(err)))
	}
	return body, nil
}

// event makes up a moment of a new lead, or what would come next for the one that the step names. The lead itself does
// not go on: such an event is outside its count.
func (a *act) event(action payload.Action, c *parcel) (*payload.Event, error) {
	if a.step.Lead.Given() {
		l, err := a.current()
		if err != nil {
			return nil, err
		}
		beside := *l
		if err := a.goOn(&beside, l.recipe(), action); err != nil {
			return nil, err
		}
		c.bot, c.seed = l.bot, l.seed
		return &beside.last, nil
	}
	bot, err := a.botName(Bot{})
	if err != nil {
		return nil, err
	}
	made := &lead{}
	seed := a.nextSeed()
	c.bot, c.seed = bot, fixtures.LeadSeed(0, seed)
	err = a.p.with(recipe{bot: bot, edition: a.p.hooks[0].Edition}, func(g *fixtures.Generator) error {
		e, err := g.Moment(seed, a.p.now(), action)
		if err == nil {
			made.keep(e)
		}
		return err
	})
	a.vars.set(varLead, made.last.Lead.ID.String())
	return &made.last, err
}

// letter is a parcel on its way to one webhook: worded and signed.
type letter struct {
	parcel  *parcel
	webhook *emitter.Webhook
	planned history.Delivery
	posted  bool
}

// address makes the letters of what the step has made, with its mishaps, to every webhook that wants it.
func (a *act) address(parcels []*parcel) error {
	st := a.step
	if st.Stale.Given() {
		old, err := a.stale()
		if err != nil && !a.p.partial { // else the version may be that of a step that could not be read
			err = a.p.fault(st.Stale.Place, err)
		}
		if err != nil {
			return err
		}
		parcels = []*parcel{old}
	}
	if st.OutOfOrder.On {
		parcels = slices.Clone(parcels)
		slices.Reverse(parcels)
	}
	if st.Drop.On {
		return nil
	}
	for _, c := range parcels {
		for range max(st.Duplicate.N, 1) {
			for i := range a.p.hooks {
				if w := &a.p.hooks[i]; c.wanted(w) {
					if err := a.seal(c, w); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// seal words and signs one letter.
func (a *act) seal(c *parcel, w *emitter.Webhook) error {
	m, err := c.message(w)
	if err != nil {
		return err
	}
	m.Tamper = a.fault()
	m.Scenario, m.Step = a.p.file.Name.Value, a.path+" "+a.result.Name
	if a.step.Resend != nil {
		m.ResendOf = a.p.firstOf(c, w)
	}
	a.letters = append(a.letters, letter{parcel: c, webhook: w, planned: emitter.Plan(w, m)})
	return nil
}

// stale finds the lead's event of an old version.
func (a *act) stale() (*parcel, error) {
	l := a.ended // complete has just ended it
	if a.step.Answer != nil {
		var err error
		if l, err = a.current(); err != nil {
			return nil, err
		}
	}
	if l == nil {
		return nil, errNotStarted
	}
	if old := l.versions[a.step.Stale.N]; old != nil {
		return old, nil
	}
	return nil, fmt.Errorf("the lead has no version %d yet", a.step.Stale.N)
}

// deliver sends the letters.
func (a *act) deliver(ctx context.Context) error {
	if err := a.pause(ctx, a.step.Delay.Value); err != nil {
		return err
	}
	for i := range a.letters {
		if err := a.post(ctx, &a.letters[i]); err != nil {
			return err
		}
	}
	return nil
}

// post sends one letter and holds what comes back against what is expected.
func (a *act) post(ctx context.Context, l *letter) error {
	if a.silent {
		return a.shown(l.planned)
	}
	l.posted = true
	last, err := a.sender().Send(ctx, l.webhook, l.planned, func(d history.Delivery) error {
		a.posted = append(a.posted, d)
		return nil
	})
	if err != nil {
		a.p.breakOff(err)
		return err
	}
	a.p.remember(l.parcel, l.webhook, last.ID)
	return a.judge(deliveryReply(&last, a.step.CutBody.Given()), label(&last, l.webhook, len(a.letters) > 1))
}

// shown hands a delivery of a preview over, unless another step was asked for.
func (a *act) shown(planned history.Delivery) error {
	if only := a.p.opt.Step; a.p.preview == nil || only != "" && only != a.path {
		return nil
	}
	return a.p.preview(planned)
}

// firstOf gives the number of the parcel's first delivery to a webhook, 0 when there was none.
func (p *play) firstOf(c *parcel, w *emitter.Webhook) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return c.numbers[w.Name]
}

// remember keeps it. Branches that run at once can send one parcel again.
func (p *play) remember(c *parcel, w *emitter.Webhook, number int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.numbers == nil {
		c.numbers = map[string]int64{}
	}
	if c.numbers[w.Name] == 0 {
		c.numbers[w.Name] = number
	}
}

// label tells several deliveries of one step apart.
func label(d *history.Delivery, w *emitter.Webhook, several bool) string {
	if !several {
		return ""
	}
	text := title(d)
	if w.Name != "" {
		text = w.Name + " " + text
	}
	return text + ": "
}

// judge adds the checks of one reply, and captures.
func (a *act) judge(r *reply, label string) error {
	checks, err := a.step.Expect.judge(r, a.vars)
	if err != nil {
		return a.p.fault(a.step.Expect.Place, err)
	}
	for _, c := range checks {
		failed := c.Outcome == report.Failed
		a.unreachable = a.unreachable || failed && slices.Contains(unreachable, r.failure)
		c.What = label + c.What
		a.result.Checks = append(a.result.Checks, c)
	}
	for i := range a.step.Capture {
		e := &a.step.Capture[i]
		if r.failure != "" {
			continue
		}
		value, check := e.Value.from(e.Key, r)
		if check.Outcome == report.Passed {
			a.vars.capture(e.Key, value)
		}
		check.What = label + check.What
		a.result.Checks = append(a.result.Checks, check)
	}
	return nil
}

// unreachable are the failures after which nothing else can be told by going on.
var unreachable = []string{emitter.FailureRefused, emitter.FailureDNS, emitter.FailureUnreachable, emitter.FailureTLS}

func (a *act) fault() emitter.Tamper {
	if a.step.Unsigned.On {
		return emitter.TamperUnsigned
	}
	return emitter.Tamper(a.step.Tamper.Value)
}

// sender sends in the manner of the scenario and of the step.
func (a *act) sender() *emitter.Emitter {
	d := a.p.defaults()
	m := emitter.SendOptions{SlowBody: a.step.SlowBody.Value, Cut: a.step.CutBody.Given(), CutAfter: a.step.CutBody.N}
	if d.Timeout.Given() && !a.p.opt.said(SettingTimeout) {
		m.Timeout = d.Timeout.Value
	}
	if !a.p.opt.said(SettingRetries) {
		m.Retries = d.Retries.N
	}
	if m == (emitter.SendOptions{}) {
		return a.p.opt.Emitter
	}
	return a.p.opt.Emitter.WithOptions(m)
}

func deliveryReply(d *history.Delivery, cut bool) *reply {
	r := &reply{status: d.Status, failure: d.Error, reason: d.Reason, took: d.Duration, cut: cut, header: func(string) (string, bool) { return "", false }}
	if d.Response == nil {
		return r
	}
	r.body = d.Response.Body
	r.header = func(name string) (string, bool) {
		var values []string
		for _, h := range d.Response.Headers {
			if strings.EqualFold(h.Name, name) {
				values = append(values, textproto.TrimString(h.Value))
			}
		}
		return strings.Join(values, ", "), len(values) > 0
	}
	return r
}

// exchangeOf is a delivery as reports show it.
func exchangeOf(d *history.Delivery) report.Exchange {
	e := report.Exchange{
		Number: d.ID, Title: title(d), URL: d.URL, Status: d.Status, Error: d.Error, Reason: d.Reason, Took: d.Duration,
		Request: report.Message{Head: head(d.Request.AppendRaw(nil)), Body: d.Request.Body},
	}
	if d.Response != nil {
		e.Response = report.Message{Head: head(d.Response.AppendRaw(nil)), Body: d.Response.Body, Truncated: d.Response.Truncated}
	}
	return e
}

func title(d *history.Delivery) string {
	if d.Event == "" {
		return d.Request.Method
	}
	return fmt.Sprintf("%s v%d", d.Event, d.Version)
}

// head gives start line and headers of a raw message.
func head(raw []byte) string {
	text, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}
