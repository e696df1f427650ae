package check

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// trial is one case under way. What fails first counts; after that, and after an error, it sends nothing more.
type trial struct {
	ctx    context.Context
	run    *run
	result *Result
	err    error
}

// shot is one delivery to be sent.
type shot struct {
	what    string // what is odd about it, for people; "" is nothing
	body    []byte
	summary payload.Summary
	edition payload.Edition
	webhook *emitter.Webhook        // nil is that of the examination
	alter   func(*history.Delivery) // of what is signed and ready; nil changes nothing
	manner  emitter.SendOptions
}

func shotOf(e *payload.Event) shot {
	return shot{body: e.AppendJSON(nil), summary: e.Summary(), edition: e.Edition}
}

// ordinary is a right delivery without anything odd: a fresh lead is created.
func (t *trial) ordinary() shot { return shotOf(t.lead().created()) }

func (t *trial) lead() *lead { return t.run.visitors.lead() }

func (t *trial) over() bool { return t.err != nil || t.result.Outcome != report.Passed }

// send sends a shot and gives what came back.
func (t *trial) send(s shot) history.Delivery {
	if t.over() {
		return history.Delivery{}
	}
	d, err := t.post(s)
	t.note(s, d, err)
	return d
}

// together sends shots at the same moment.
func (t *trial) together(shots ...shot) []history.Delivery {
	deliveries := make([]history.Delivery, len(shots))
	if t.over() {
		return deliveries
	}
	errs := make([]error, len(shots))
	var wait sync.WaitGroup
	for i := range shots {
		wait.Go(func() { deliveries[i], errs[i] = t.post(shots[i]) })
	}
	wait.Wait()
	for i := range shots {
		t.note(shots[i], deliveries[i], errs[i])
	}
	if slices.ContainsFunc(deliveries, func(d history.Delivery) bool { return d.Error == "" }) {
		t.run.gone = "" // it listens, only not to so many
	}
	return deliveries
}

func (t *trial) post(s shot) (history.Delivery, error) {
	w := t.webhook(s)
	planned := emitter.Plan(w, emitter.Message{
		Body: s.body, Summary: s.summary, Edition: s.edition, Scenario: Scenario, Step: t.result.Case.ID,
	})
	if s.alter != nil {
		s.alter(&planned)
	}
	return t.run.opt.Emitter.WithOptions(s.manner).Send(t.ctx, w, planned, nil)
}

func (t *trial) webhook(s shot) *emitter.Webhook {
	if s.webhook != nil {
		return s.webhook
	}
	return &t.run.opt.Webhook
}

// note keeps what was sent and what came.
func (t *trial) note(s shot, d history.Delivery, err error) {
	t.result.Exchanges = append(t.result.Exchanges, exchangeOf(s, &d))
	if t.err == nil {
		t.err = err
	}
	switch {
	case d.Error == "":
		t.run.broke = ""
	case t.err == nil:
		t.err = t.run.lost(d.Error, d.Reason, t.result.Case.ID)
	}
	if t.run.gone != "" && t.run.gone != t.result.Case.ID {
		t.skip(t.run.silence())
	}
	t.run.sent = true
	t.run.look(t.webhook(s), s, &d)
}

// want is what should come back.
type want struct {
	text string
	fits func(*history.Delivery) bool
}

var (
	accepted = want{"2xx", (*history.Delivery).OK}
	refused  = want{"401 or 403", func(d *history.Delivery) bool {
		return d.Error == "" && (d.Status == http.StatusUnauthorized || d.Status == http.StatusForbidden)
	}}
	refusedAsBad = want{"4xx, such as 400", func(d *history.Delivery) bool { return d.Error == "" && d.Status >= 400 && d.Status < 500 }}
	borne        = want{"2xx or 4xx", func(d *history.Delivery) bool {
		return d.Error == "" && (d.Status < 300 || d.Status >= 400 && d.Status < 500)
	}}
	answered = want{"an answer", func(d *history.Delivery) bool { return d.Error == "" }}
	noCrash  = want{"anything but 5xx", func(d *history.Delivery) bool { return d.Error == "" && d.Status < 500 }}
)

// expect sends a shot and holds the answer against what should come.
func (t *trial) expect(s shot, w want) history.Delivery {
	d := t.send(s)
	t.hold(s, &d, w)
	return d
}

func (t *trial) hold(s shot, d *history.Delivery, w want) {
	if !t.over() && !w.fits(d) {
		t.fail(describe(s, d), w.text, cameBack(d))
	}
}

func (t *trial) fail(sent, want, got string) {
	if t.over() {
		return
	}
	t.result.Outcome = report.Failed
	t.result.Sent, t.result.Want, t.result.Got = sent, want, got
}

func (t *trial) skip(why string) {
	if !t.over() {
		t.result.Outcome, t.result.Skipped = report.Skipped, why
	}
}

// describe says in one line what was sent.
func describe(s shot, d *history.Delivery) string {
	text := d.Request.Method + " " + d.URL
	if d.Event != "" {
		text += fmt.Sprintf(": %s v%d", d.Event, d.Version)
	}
	if s.what != "" {
		text += ", " + s.what
	}
	return text
}

// maxQuoted bounds how much of an answer a result quotes, in characters.
const maxQuoted = 160

// cameBack says in one line what came back.
func cameBack(d *history.Delivery) string {
	if d.Error != "" {
		return d.Error + ": " + d.Reason
	}
	text := fmt.Sprintf("%d %s", d.Status, http.StatusText(d.Status))
	if d.Response == nil {
		return text
	}
	words := strings.Join(strings.FieldsFunc(string(d.Response.Body), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if runes := []rune(words); len(runes) > maxQuoted {
		words = string(runes[:maxQuoted]) + "…"
	}
	if words != "" {
		text += ": " + words
	}
	return text
}

// maxReported bounds what a report shows of a body, in bytes.
const maxReported = 16 << 10

func exchangeOf(s shot, d *history.Delivery) report.Exchange {
	e := report.Exchange{Number: d.ID, Title: d.Event, URL: d.URL, Status: d.Status, Error: d.Error, Reason: d.Reason, Took: d.Duration}
	if d.Event != "" {
		e.Title += fmt.Sprintf(" v%d", d.Version)
	} else {
		e.Title = d.Request.Method
	}
	if s.what != "" {
		e.Title += ", " + s.what
	}
	e.Request = messageOf(d.Request.AppendRaw(nil), false)
	if d.Response != nil {
		e.Response = messageOf(d.RawResponse, d.Response.Truncated)
		e.Response.Body = d.Response.Body // without chunks
		cutBody(&e.Response)
	}
	return e
}

func messageOf(raw []byte, truncated bool) report.Message {
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	m := report.Message{Head: strings.ReplaceAll(string(head), "\r\n", "\n"), Body: body, Truncated: truncated}
	cutBody(&m)
	return m
}

func cutBody(m *report.Message) {
	if len(m.Body) > maxReported {
		m.Body, m.Truncated = m.Body[:maxReported], true
	}
}

// pause waits, or not where ctx ends.
func (t *trial) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-t.ctx.Done():
	}
}

// header gives an alteration that sets the signature header.
func header(value string) func(*history.Delivery) {
	return func(d *history.Delivery) {
		d.Request.Headers.Set(signature.Header, value)
	}
}
