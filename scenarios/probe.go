package scenarios

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/scenarios/probe"
	"artihook/scenarios/report"
)

// defaultEvery is the pause between two questions of one probe.
const defaultEvery = 250 * time.Millisecond

// probe asks the user's own system until the expectation holds or the step's time is over.
func (a *act) probe(ctx context.Context) error {
	ask, err := a.asker()
	if err != nil || a.silent {
		return err
	}
	p := a.step.Probe
	every := p.Every.Value
	if !p.Every.Given() {
		every = defaultEvery
	}
	end := time.Now().Add(p.For.Value)
	for {
		a.result.Checks, a.result.Exchanges = nil, nil
		r, exchange := ask(ctx)
		a.p.redactReply(r)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		a.result.Exchanges = append(a.result.Exchanges, exchange)
		if err := a.judge(r, ""); err != nil {
			return err
		}
		a.unreachable = false // the receiver may be there all the same
		if !failing(a.result.Checks) || time.Until(end) <= 0 {
			return nil
		}
		if err := emitter.Wait(ctx, min(every, max(time.Until(end), 0))); err != nil {
			return err
		}
	}
}

func failing(checks []report.Check) bool {
	for _, c := range checks {
		if c.Outcome == report.Failed {
			return true
		}
	}
	return false
}

// asker returns the function that asks. The error is a fault of the file.
func (a *act) asker() (func(context.Context) (*reply, report.Exchange), error) {
	runner := &probe.Runner{Client: a.p.opt.Probes, Timeout: a.p.opt.Timeout, Mask: a.p.redact}
	if command := a.step.Probe.Run; command != nil {
		environment, err := a.vars.environment()
		if err != nil {
			return nil, a.p.fault(command.Place, err)
		}
		return func(ctx context.Context) (*reply, report.Exchange) {
			return commandReply(command.Value, runner.Run(ctx, probe.Command{Line: command.Value, Env: environment}))
		}, nil
	}
	get := a.step.Probe.Get
	target, err := a.vars.expand(get.Value)
	if err != nil {
		return nil, a.p.fault(get.Place, err)
	}
	if err := probe.CheckURL(target); err != nil {
		if a.vars.guessed {
			return nil, nil
		}
		return nil, a.p.fault(get.Place, err)
	}
	return func(ctx context.Context) (*reply, report.Exchange) { return getReply(target, runner.Get(ctx, target)) }, nil
}

func getReply(target string, result probe.Result) (*reply, report.Exchange) {
	r := &reply{status: result.Status, failure: result.Failure, reason: result.Reason, took: result.Took, body: result.Body}
	r.header = func(name string) (string, bool) {
		values := result.Header.Values(name)
		return strings.Join(values, ", "), len(values) > 0
	}
	e := exchangeOfProbe("GET probe", &result)
	if u, err := url.Parse(target); err == nil {
		e.URL, e.Request.Head = u.Redacted(), "GET "+u.RequestURI()+" HTTP/1.1\nHost: "+u.Host
	}
	return r, e
}

func commandReply(line string, result probe.Result) (*reply, report.Exchange) {
	r := &reply{command: true, exit: result.Exit, failure: result.Failure, reason: result.Reason, took: result.Took, body: result.Body}
	r.header = func(string) (string, bool) { return "", false }
	e := exchangeOfProbe(line, &result)
	if r.exit != 0 {
		e.Error = fmt.Sprintf("exit %d", r.exit)
	}
	return r, e
}

func exchangeOfProbe(title string, result *probe.Result) report.Exchange {
	return report.Exchange{
		Title: title, Status: result.Status, Error: result.Failure, Reason: result.Reason, Took: result.Took,
		Response: report.Message{Head: result.Head, Body: result.Body, Truncated: result.Truncated},
	}
}
