package webui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"artihook/emitter/text"
	"artihook/scenarios/report"
)

// shownDeliveries is how many deliveries the page of a job shows, the newest.
const shownDeliveries = 50

// jobData is the data of the job template.
type jobData struct {
	ID           int64
	Title, State string
	Class        string // of the outcome
	Verdict      string
	To           string // the receiver, unless it is in the title
	Problem      string
	Running      bool
	Total, Parts int
	Notes        []string
	Cases        []caseRow
	Rows         []row
	All          int // deliveries of the job
	Report       bool
	Again        string // the URL of the form with the same receiver
}

// caseRow is a case of check, or a step of a scenario.
type caseRow struct {
	Name, Label, Class, Level string
	Why, Want, Got, Fix       string
	Took                      string
}

func (h *Handler) job(w http.ResponseWriter, r *http.Request) {
	j, err := h.jobs.find(r.PathValue("id"))
	if err != nil {
		h.problem(w, statusOf(err), err.Error())
		return
	}
	data, err := h.jobData(r, j)
	if err != nil {
		h.serverError(w, err)
		return
	}
	h.show(w, http.StatusOK, "job", layoutData{Title: data.Title, Refresh: data.Running, Data: data})
}

func (h *Handler) jobData(r *http.Request, j *job) (jobData, error) {
	p := j.snapshot()
	data := jobData{
		ID: j.id, Title: j.title, State: p.state(), Running: p.ended.IsZero(), Total: p.total, Parts: p.parts, Notes: p.notes,
		All: len(p.deliveries), Report: p.report != nil,
	}
	if !strings.Contains(j.title, j.to) {
		data.To = j.to
	}
	if j.kind != "resend" {
		data.Again = "/" + j.kind + "?" + url.Values{"url": {j.to}}.Encode()
	}
	switch {
	case data.Running:
		data.Class, data.Verdict = "wait", "running"
	case p.cancelled:
		data.Class, data.Verdict = "warn", "cancelled"
	case p.ok:
		data.Class, data.Verdict = "good", "passed"
	default:
		data.Class, data.Verdict = "bad", "failed"
	}
	if p.err != nil && !p.cancelled {
		data.Problem = sentence(p.err.Error())
	}
	for i := range p.steps {
		data.Cases = append(data.Cases, newCaseRow(&p.steps[i]))
	}
	slices.SortStableFunc(data.Cases, func(a, b caseRow) int { return caseOrder(a) - caseOrder(b) })
	names := h.people()
	for _, id := range slices.Backward(p.deliveries[max(0, len(p.deliveries)-shownDeliveries):]) {
		d, err := h.opt.History.Get(r.Context(), id)
		if err != nil {
			continue // it was deleted meanwhile
		}
		d.RawRequest, d.RawResponse = nil, nil
		row, err := h.namedRow(r.Context(), &d, names)
		if err != nil {
			return data, err
		}
		data.Rows = append(data.Rows, row)
	}
	return data, nil
}

// caseOrder puts failures first.
func caseOrder(c caseRow) int { return slices.Index([]string{"bad", "warn", "wait", "good"}, c.Class) }

func newCaseRow(s *report.Step) caseRow {
	c := caseRow{Name: s.Name, Label: "passed", Class: "good", Took: text.ShortDuration(s.Took)}
	switch s.Outcome {
	case report.Passed:
	case report.Warned:
		c.Label, c.Class = "warning", "warn"
	case report.Inconclusive:
		c.Label, c.Class = "inconclusive", "warn"
	case report.Skipped:
		c.Label, c.Class = "skipped", "wait"
	default:
		c.Label, c.Class = "failed", "bad"
	}
	if c.Class == "good" {
		return c
	}
	c.Why = s.Why
	if s.Case != nil && c.Class != "wait" {
		c.Level, c.Why, c.Want, c.Got, c.Fix = s.Case.Level, s.Case.Why, s.Case.Want, s.Case.Got, s.Case.Fix
	}
	for _, check := range s.Checks {
		if check.Outcome == report.Failed {
			c.Want, c.Got = check.What+": "+check.Expected, check.Actual
			break
		}
	}
	return c
}

// cancelJob cancels a job and shows it.
func (h *Handler) cancelJob(w http.ResponseWriter, r *http.Request) {
	j, err := h.jobs.find(r.PathValue("id"))
	if err != nil {
		h.problem(w, statusOf(err), err.Error())
		return
	}
	j.cancel()
	http.Redirect(w, r, fmt.Sprintf("/jobs/%d", j.id), http.StatusSeeOther)
}

// jobReport serves the HTML report of a job. The report has its own policy, which allows exactly its style.
func (h *Handler) jobReport(w http.ResponseWriter, r *http.Request) {
	j, err := h.jobs.find(r.PathValue("id"))
	var p jobProgress
	if err == nil {
		if p = j.snapshot(); p.report == nil {
			err = withStatus(http.StatusNotFound, fmt.Errorf("job %d has no report", j.id))
		}
	}
	if err != nil {
		h.problem(w, statusOf(err), err.Error())
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = report.WriteHTML(w, p.report) // fails only if the browser has disconnected
}

// jobForm is the data of the templates play, run and check.
type jobForm struct {
	Values    url.Values
	Webhooks  []string
	Bots      []string
	Scenarios []scenarioItem
	Problem   string
	AskNear   bool // the receiver is not near: ask for a confirmation
}

// scenarioItem is a ready scenario.
type scenarioItem struct{ Name, Description string }

// Get returns the value of a field.
func (f jobForm) Get(key string) string { return f.Values.Get(key) }

// Has reports whether a checkbox is checked.
func (f jobForm) Has(key string) bool { return f.Values.Get(key) != "" }

func (f jobForm) target() target {
	t := target{Webhook: f.Get("to"), Edition: f.Get("edition")}
	if t.Webhook == "" {
		t.URL = f.Get("url")
		if t.URL == "" {
			t.URL = " " // otherwise the only webhook
		}
	}
	return t
}

func (f jobForm) number(key string) (int, error) {
	s := f.Get(key)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		err = fmt.Errorf("%s is %q; want a number", key, s)
	}
	return n, err
}

// showJobForm shows a form, with the values that the user has typed.
func (h *Handler) showJobForm(w http.ResponseWriter, name, title string, values url.Values, problem error) {
	f := jobForm{Values: values, Bots: h.botNames()}
	for i := range h.opt.Webhooks {
		f.Webhooks = append(f.Webhooks, h.opt.Webhooks[i].Name)
	}
	if !values.Has("to") && values.Get("url") == "" && len(f.Webhooks) > 0 {
		values.Set("to", f.Webhooks[0])
	}
	if name == "run" {
		f.Scenarios = readyScenarios()
	}
	status := http.StatusOK
	if problem != nil {
		status, f.Problem = statusOf(problem), sentence(problem.Error())
		f.AskNear = isNotNear(problem)
	}
	h.show(w, status, name, layoutData{Title: title, Here: name, Data: f})
}

func (h *Handler) startForm(name, title string, start func(r *http.Request, f jobForm) (*job, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			h.showJobForm(w, name, title, r.URL.Query(), nil)
			return
		}
		if !h.readPost(w, r) {
			return
		}
		j, err := start(r, jobForm{Values: r.PostForm})
		if err != nil {
			h.showJobForm(w, name, title, r.PostForm, err)
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/jobs/%d", j.id), http.StatusSeeOther)
	}
}

func (h *Handler) playForm(_ *http.Request, f jobForm) (*job, error) {
	ask := playRequest{target: f.target(), Bot: f.Get("bot"), Pace: f.Get("pace")}
	var err error
	if ask.Leads, err = f.number("leads"); err != nil {
		return nil, err
	}
	if ask.Concurrency, err = f.number("concurrency"); err != nil {
		return nil, err
	}
	return h.startPlay(&ask)
}

func (h *Handler) runForm(r *http.Request, f jobForm) (*job, error) {
	ask := runRequest{target: f.target(), Scenario: f.Get("scenario"), Text: f.Get("text")}
	if ask.Text != "" {
		ask.Scenario = ""
	}
	return h.startRun(r.Context(), &ask)
}

func (h *Handler) checkForm(r *http.Request, f jobForm) (*job, error) {
	ask := checkRequest{target: f.target(), Probe: f.Get("probe"), Strict: f.Has("strict"), Yes: f.Has("yes")}
	if only := f.Get("only"); only != "" {
		ask.Only = []string{only}
	}
	return h.startCheck(r.Context(), &ask)
}
