package webui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/scenarios/check"
	"artihook/scenarios/probe"
	"artihook/scenarios/report"
)

// checkConnections is the largest number of connections that a case opens.
const checkConnections = 50

// checkRequest is an examination of a receiver. Its fields are those of the flags of artihook check.
type checkRequest struct {
	target
	Only      []string   `json:"only"`
	Skip      []string   `json:"skip"`
	Strict    bool       `json:"strict"`
	Yes       bool       `json:"yes"`
	Probe     string     `json:"probe"` // a URL with {lead}
	Rejection []int      `json:"rejection"`
	Budget    string     `json:"budget"` // a duration; "" is the default
	Settle    string     `json:"settle"` // a duration; "" is the default
	Seed      *uint64    `json:"seed"`
	Now       *time.Time `json:"now"`
}

// startCheck starts a job that examines a receiver.
func (h *Handler) startCheck(ctx context.Context, ask *checkRequest) (*job, error) {
	plan, err := h.checkPlan(ctx, ask)
	if err != nil {
		return nil, err
	}
	to := plan.Webhook.URL.String()
	return h.startJob("check", "Examine "+to, to, func(ctx context.Context, j *job) error {
		client := h.opt.Client
		client.Source, client.Connections, client.Retries = history.SourceCheck, checkConnections, 0
		plan.Emitter = emitter.New(client)
		defer plan.Emitter.Close()
		opt := check.ReportOptions{Tool: h.opt.Version, Target: to, Seed: plan.Seed, Strict: ask.Strict, Secret: plan.Webhook.Secret}
		j.update(func(p *jobProgress) { p.total, p.ok = len(plan.Cases), true })
		plan.Ended = func(r check.Result) error {
			step := check.Step(&r, opt)
			var object bytes.Buffer
			if err := report.WriteCaseJSON(&object, &step); err != nil {
				return err
			}
			j.update(func(p *jobProgress) {
				p.parts++
				p.addResult(bytes.TrimSpace(object.Bytes()))
				p.addSteps([]report.Step{step})
				step.Exchanges = nil // the report has them
				p.steps = append(p.steps, step)
				p.ok = p.ok && !r.Fails(ask.Strict)
			})
			return nil
		}
		results, err := check.Run(ctx, plan)
		opt.Interrupted = errors.Is(err, context.Canceled)
		if len(results) > 0 {
			j.update(func(p *jobProgress) { p.report = check.Report(results, opt) })
		}
		return err
	})
}

// checkPlan returns the options of an examination, without its emitter.
func (h *Handler) checkPlan(ctx context.Context, ask *checkRequest) (plan check.Options, err error) {
	plan = check.Options{Seed: seedOf(ask.Seed), Now: h.clockOf(ask.Now), Timeout: h.opt.Client.Timeout, Rejection: ask.Rejection}
	if plan.Webhook, err = h.resolve(&ask.target); err != nil {
		return plan, err
	}
	if plan.Cases, err = check.Select(ask.Only, ask.Skip); err != nil {
		return plan, err
	}
	if len(plan.Cases) == 0 {
		return plan, errors.New("no case is left; skip excludes every case that only selects")
	}
	for _, status := range ask.Rejection {
		if status < 400 || status > 499 {
			return plan, fmt.Errorf("rejection has %d; want statuses from 400 to 499", status)
		}
	}
	if plan.Budget, err = parseTime("budget", ask.Budget); err != nil {
		return plan, err
	}
	if plan.Settle, err = parseTime("settle", ask.Settle); err != nil {
		return plan, err
	}
	if plan.Probe, err = h.probe(ask.Probe, &plan.Webhook); err != nil {
		return plan, err
	}
	return plan, checkNear(ctx, &plan.Webhook, ask.Yes)
}

// parseTime parses a duration above 0; "" is 0.
func parseTime(name, s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%s is %q; want a duration like 30s", name, s)
	}
	return d, nil
}

// probe returns the probe for a URL with {lead}. It accepts no command.
func (h *Handler) probe(address string, hook *emitter.Webhook) (check.LeadProbe, error) {
	if address == "" {
		return nil, nil
	}
	if lower := strings.ToLower(address); !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") || !strings.Contains(address, "{lead}") {
		return nil, fmt.Errorf("the probe is %q; want a URL with {lead}, like http://localhost:3000/leads/{lead}", address)
	}
	if _, err := h.parseURL(strings.ReplaceAll(address, "{lead}", "lead")); err != nil {
		return nil, err
	}
	return check.ParseProbe(address, &probe.Runner{
		Client: emitter.HTTPClient(h.opt.Client), Timeout: h.opt.Client.Timeout, Mask: hook.Secret.Redact,
	})
}
