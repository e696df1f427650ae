package scenarios

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"artihook/emitter/text"
	"artihook/scenarios/probe"
	"artihook/scenarios/report"
)

// defaultEvery is the time between two attempts of a probe.
const defaultEvery = 250 * time.Millisecond

// probe asks the user's own system until the result is the expected one or the time of the step is over.
func (s *stepRun) probe(ctx context.Context) error {
	ask, err := s.newProbe()
	if err != nil || s.silent {
		return err
	}
	p := s.step.Probe
	every := p.Every.Value
	if !p.Every.Given() {
		every = defaultEvery
	}
	end := time.Now().Add(p.For.Value)
	for {
		s.result.Checks, s.result.Exchanges = nil, nil
		r, exchange := ask(ctx)
		r.redact(s.scenario().redact)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.result.Exchanges = append(s.result.Exchanges, exchange)
		if err := s.evaluate(r, ""); err != nil {
			return err
		}
		s.unreachable = false // the probe may ask another system than the receiver
		if !anyFailed(s.result.Checks) || time.Until(end) <= 0 {
			return nil
		}
		if err := text.Wait(ctx, min(every, time.Until(end))); err != nil {
			return err
		}
	}
}

// newProbe returns a function that runs the probe once. Its error has a place in the file.
func (s *stepRun) newProbe() (func(context.Context) (*response, report.Exchange), error) {
	opts := s.scenario().opts()
	runner := &probe.Runner{Client: opts.Probes, Timeout: opts.Timeout, Mask: s.scenario().redact}
	if command := s.step.Probe.Run; command != nil {
		environment, err := s.vars().environment()
		if err != nil {
			return nil, diagnosticAt(command.Place, err)
		}
		return func(ctx context.Context) (*response, report.Exchange) {
			return commandResponse(command.Value, runner.Run(ctx, probe.Command{Line: command.Value, Env: environment}))
		}, nil
	}
	get := s.step.Probe.Get
	target, err := s.vars().expand(get.Value)
	if err != nil {
		return nil, diagnosticAt(get.Place, err)
	}
	if err := probe.CheckURL(target); err != nil {
		if s.vars().guessed {
			return nil, nil
		}
		return nil, diagnosticAt(get.Place, err)
	}
	return func(ctx context.Context) (*response, report.Exchange) {
		return getResponse(target, runner.Get(ctx, target))
	}, nil
}

func getResponse(target string, result probe.Result) (*response, report.Exchange) {
	r := &response{status: result.Status, failure: result.Failure, reason: result.Reason, took: result.Took, body: result.Body}
	r.header = func(name string) (string, bool) {
		values := result.Header.Values(name)
		return strings.Join(values, ", "), len(values) > 0
	}
	e := probeExchange("GET probe", &result)
	if u, err := url.Parse(target); err == nil {
		e.URL, e.Request.Head = u.Redacted(), "GET "+u.RequestURI()+" HTTP/1.1\nHost: "+u.Host
	}
	return r, e
}

func commandResponse(line string, result probe.Result) (*response, report.Exchange) {
	r := &response{command: true, exit: result.Exit, failure: result.Failure, reason: result.Reason, took: result.Took, body: result.Body, header: noHeader}
	e := probeExchange(line, &result)
	if r.exit != 0 {
		e.Error = fmt.Sprintf("exit %d", r.exit)
	}
	return r, e
}
