package fuzz

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"artihook/emitter/history"
	"artihook/emitter/text"
)

// violation is a property that does not hold for an example.
type violation struct {
	property Property
	outcome  string // the status, the name of a failure, or what the probe shows
	response string // without what differs between examples
	step     int    // of the example
	want     string
	got      string // for people
	effect   string // what the probe shows, after a noun: "is stored in lower case"
}

// cause returns a key that is equal for violations of the same cause.
func (v *violation) cause() string {
	return strings.Join([]string{string(v.property), v.outcome, v.response}, "\x00")
}

// judge returns the first violation of the responses to the steps of an example from one to another, or nil.
func (r *run) judge(e *example, deliveries []history.Delivery, from, to int) *violation {
	for i := from; i < to; i++ {
		if v := r.judgeStep(&e.steps[i], &deliveries[i]); v != nil {
			v.step = i
			v.outcome = cmp.Or(deliveries[i].Error, fmt.Sprint(deliveries[i].Status))
			v.response, v.got = maskedResponse(&deliveries[i], e), responseText(&deliveries[i])
			return v
		}
	}
	return nil
}

func (r *run) judgeStep(s *step, d *history.Delivery) *violation {
	crashed := d.Error != "" && d.Error != history.FailureTimeout || d.Status >= 500 && d.Status != http.StatusNotImplemented
	rejected := d.Error == "" && d.Status/100 == 4 || d.Status == http.StatusNotImplemented
	first, again := s.forgery == genuine && !s.again, s.forgery == genuine && s.again
	for _, rule := range []struct {
		property          Property
		applies, violated bool
		want              string
	}{
		{NoCrash, true, crashed, "a response below 500"},
		{Accepts, first, !d.OK(), "2xx"},
		{Rejects, s.forgery != genuine, !rejected, "401 or 403"},
		{Idempotent, again, !d.OK(), "2xx, as for the first delivery"},
	} {
		switch {
		case !rule.applies || !r.selected[rule.property]:
		case rule.violated:
			return &violation{property: rule.property, want: rule.want}
		default:
			r.judged[rule.property]++
		}
	}
	return nil
}

// maxMasked is the part of a response that is compared, in bytes.
const maxMasked = 400

var changing = regexp.MustCompile(`[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*|\d+`)

// maskedResponse returns the response body without the parts that differ between examples: texts of the event, numbers and ids.
func maskedResponse(d *history.Delivery, e *example) string {
	if d.Response == nil {
		return ""
	}
	body := string(d.Response.Body[:min(len(d.Response.Body), maxMasked)])
	body = strings.ReplaceAll(body, e.mark, "")
	for i := range e.steps {
		for _, a := range e.steps[i].event.Lead.Data {
			for _, sent := range []string{a.Input, a.Field} {
				body = strings.NewReplacer(`"`+sent+`"`, `""`, `'`+sent+`'`, `''`, "`"+sent+"`", "``").Replace(body)
			}
		}
	}
	return changing.ReplaceAllString(body, "#")
}

// maxGot is the maximum number of characters of a response that are quoted.
const maxGot = 160

// responseText returns the response, or why there is none, in one line.
func responseText(d *history.Delivery) string {
	if d.Error != "" {
		return d.Error + ": " + d.Reason
	}
	line := strings.TrimSpace(fmt.Sprintf("%d %s", d.Status, http.StatusText(d.Status)))
	if d.Response == nil || len(d.Response.Body) == 0 {
		return line
	}
	return line + ": " + oneLine(string(d.Response.Body[:min(len(d.Response.Body), 8*maxGot)]))
}

// oneLine returns the start of a text on one line.
func oneLine(s string) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > maxGot {
		runes = append(runes[:maxGot], '…')
	}
	return text.Visible(string(runes))
}

// outcomeText returns the outcome of the violation after a noun, such as "gets 500".
func (v *violation) outcomeText() string {
	switch {
	case v.property.NeedsProbe():
		return v.effect
	case v.outcome == history.FailureClosed, v.outcome == history.FailureReset:
		return "closes the connection without a response"
	case v.outcome == history.FailureTimeout:
		return "gets no response in time"
	case v.outcome == history.FailureRefused:
		return "stops the receiver: connections are refused"
	case strings.TrimLeft(v.outcome, "0123456789") != "":
		return "fails: " + v.outcome
	case v.property == Rejects && v.outcome[0] == '2':
		return "is accepted with " + v.outcome
	}
	return "gets " + v.outcome
}

// sentence describes the violation in one sentence.
func (v *violation) sentence(e *example) string {
	what := "a plain event"
	if len(e.notes) > 0 {
		what = strings.Join(e.notes, " and ")
	}
	if s := &e.steps[v.step]; s.forgery != genuine {
		what += " with " + forgeryNotes[s.forgery]
		if len(e.notes) > 0 {
			what = strings.Join(e.notes, " and ") + " and " + forgeryNotes[s.forgery]
		}
	} else if s.again && len(e.steps) > 2 {
		return fmt.Sprintf("%s %s for version %d, which was delivered before", what, v.outcomeText(), s.event.Lead.Version)
	} else if s.again && v.property != NewestWins {
		return fmt.Sprintf("the second delivery of %s %s", what, v.outcomeText())
	}
	return what + " " + v.outcomeText()
}
