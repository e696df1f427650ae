package webui

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/fixtures"
	"artihook/scenarios"
	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// runRequest is a scenario to run: a ready one by its name, or a text.
type runRequest struct {
	target
	Scenario string            `json:"scenario"`
	Text     string            `json:"text"`
	Vars     map[string]string `json:"vars"`
	Bot      string            `json:"bot"`
	Seed     *uint64           `json:"seed"`
	Now      *time.Time        `json:"now"`
}

// maxScenario is the limit for the text of a scenario, in bytes.
const maxScenario = 1 << 20

// startRun starts a job that runs a scenario.
func (h *Handler) startRun(ctx context.Context, ask *runRequest) (*job, error) {
	file, err := loadScenario(ask)
	if err != nil {
		return nil, err
	}
	plan, err := h.runPlan(ask)
	if err != nil {
		return nil, err
	}
	files := []*format.File{file}
	if err := scenarios.Lint(ctx, files, plan); err != nil {
		return nil, err
	}
	to := ask.URL
	if hook, err := plan.Webhook("", ""); err == nil {
		to = hook.URL.String()
	}
	return h.startJob("run", "Run "+file.Name.Value, to, func(ctx context.Context, j *job) error {
		client := h.opt.Client
		client.Source = history.SourceRun
		plan.Emitter = emitter.New(client)
		defer plan.Emitter.Close()
		j.update(func(p *jobProgress) { p.total = 1 })
		plan.Ended = func(s *report.Suite) error {
			object, err := suiteObject(s)
			j.update(func(p *jobProgress) {
				p.parts++
				p.addResult(object)
				p.addSteps(s.Steps)
				p.steps = append(p.steps, withoutExchanges(s.Steps)...)
			})
			return err
		}
		results, err := scenarios.Run(ctx, files, plan)
		if results == nil {
			return err
		}
		results.Tool = h.opt.Version
		j.update(func(p *jobProgress) { p.ok, p.report = results.Count().Failed == 0, results })
		return err
	})
}

// suiteObject returns a suite in JSON, without requests and responses if it is too large with them.
func suiteObject(s *report.Suite) ([]byte, error) {
	var b bytes.Buffer
	if err := report.WriteSuiteJSON(&b, s); err != nil || b.Len() <= maxResults {
		return bytes.TrimSpace(b.Bytes()), err
	}
	small := *s
	small.Steps = withoutExchanges(s.Steps)
	b.Reset()
	err := report.WriteSuiteJSON(&b, &small)
	return bytes.TrimSpace(b.Bytes()), err
}

// withoutExchanges returns the steps without their requests and responses.
func withoutExchanges(steps []report.Step) []report.Step {
	small := slices.Clone(steps[:min(len(steps), maxSteps)])
	for i := range small {
		small[i].Exchanges = nil
	}
	return small
}

// maxSteps is how many steps of a scenario the page of a job shows.
const maxSteps = 1000

// addSteps notes the deliveries of the steps.
func (p *jobProgress) addSteps(steps []report.Step) {
	for i := range steps {
		for _, e := range steps[i].Exchanges {
			p.addDelivery(e.Number, "")
		}
	}
}

// loadScenario returns the scenario of a request. A text cannot name files, commands or environment variables.
func loadScenario(ask *runRequest) (*format.File, error) {
	switch {
	case (ask.Scenario == "") == (ask.Text == ""):
		return nil, errors.New("give scenario, the name of a ready one, or text")
	case ask.Scenario != "":
		file, err := format.LoadLibrary(ask.Scenario)
		if err != nil {
			return nil, err
		}
		return file, file.Confine()
	case len(ask.Text) > maxScenario:
		return nil, errors.New("the text is longer than 1 MiB")
	}
	file, err := format.Parse("text", []byte(ask.Text))
	if err != nil {
		return nil, err
	}
	return file, file.Confine()
}

// readyScenarios returns the ready scenarios.
func readyScenarios() (items []scenarioItem) {
	for _, name := range format.Library() {
		if file, err := format.LoadLibrary(name); err == nil {
			items = append(items, scenarioItem{name, file.Description.Value})
		}
	}
	return items
}

// runPlan returns the options of a run, without its emitter.
func (h *Handler) runPlan(ask *runRequest) (scenarios.Options, error) {
	if ask.Bot != "" {
		if _, err := fixtures.LoadBot(ask.Bot); err != nil {
			return scenarios.Options{}, err
		}
	}
	probes := h.opt.Client
	return scenarios.Options{
		Webhook: func(name, url string) (emitter.Webhook, error) {
			to := ask.target
			to.Webhook, to.URL = cmp.Or(to.Webhook, name), cmp.Or(to.URL, url)
			return h.resolve(&to)
		},
		Probes: emitter.HTTPClient(probes),
		SetFlags: map[string]bool{
			"url": ask.URL != "", "sign-url": ask.SignURL != "", "secret": ask.Secret != nil, "edition": ask.Edition != "", "scheme": ask.Scheme != "",
			"bot": ask.Bot != "", "seed": ask.Seed != nil, "now": ask.Now != nil,
		},
		Vars: ask.Vars, Bot: ask.Bot, Seed: seedOf(ask.Seed), Now: h.clockOf(ask.Now), Exchanges: true,
	}, nil
}
