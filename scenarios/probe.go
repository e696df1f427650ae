package scenarios

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"artihook/emitter/exchange"
	"artihook/scenarios/format"
	"artihook/scenarios/probe"
	"artihook/scenarios/report"
)

// probe asks the user's own system until the result is the expected one, or the time and the retries of the step are used up.
func (s *stepRun) probe(ctx context.Context) error {
	ask, err := s.newProbe()
	if err != nil || s.silent {
		return err
	}
	return s.retry(ctx, func() error {
		r, exchange := ask(ctx)
		r.redact(s.scenario().redact)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.result.Exchanges = []report.Exchange{exchange}
		err := s.evaluate(r, "")
		s.unreachable = false // the probe may ask another system than the receiver
		return err
	})
}

// newProbe returns a function that runs the probe once. Its error has a place in the file. The function is nil if its URL is not known
// in a dry run.
func (s *stepRun) newProbe() (func(context.Context) (*response, report.Exchange), error) {
	opts := s.scenario().opts()
	runner := &probe.Runner{Client: opts.Probes, Timeout: opts.Timeout, Mask: s.scenario().redact}
	if command := s.step.Probe.Run; command != nil {
		c, err := s.probeCommand()
		return func(ctx context.Context) (*response, report.Exchange) {
			return commandResponse(command.Value, runner.Run(ctx, c))
		}, err
	}
	r, err := s.probeRequest()
	return func(ctx context.Context) (*response, report.Exchange) {
		return requestResponse(r, runner.Send(ctx, r))
	}, err
}

func (s *stepRun) probeCommand() (probe.Command, error) {
	p := s.step.Probe
	c := probe.Command{Line: p.Run.Value}
	var err error
	if c.Env, err = s.vars().environment(); err != nil {
		return c, diagnosticAt(p.Run.Place, err)
	}
	if p.Stdin != nil {
		c.Stdin, err = s.vars().expandAt(p.Stdin)
	}
	return c, err
}

// probeRequest returns the request of the probe, and adds its credentials to the masked texts.
func (s *stepRun) probeRequest() (*probe.Request, error) {
	p, vars := s.step.Probe, s.vars()
	r := &probe.Request{Method: p.Method.Value}
	var err error
	if r.URL, err = vars.expandAt(p.Get); err != nil {
		return nil, err
	}
	if err := probe.CheckURL(r.URL); err != nil && !vars.guessed {
		return nil, diagnosticAt(p.Get.Place, err)
	}
	if r.Headers, err = s.scenario().expandHeaders(p.Headers, vars); err != nil {
		return nil, err
	}
	if p.JSON != nil {
		body, err := vars.expandJSON(p.JSON)
		if err != nil {
			return nil, diagnosticAt(p.JSON.Place, err)
		}
		r.SetBody("application/json", body)
	}
	if len(p.Form) > 0 {
		fields := url.Values{}
		for i := range p.Form {
			value, err := vars.expandAt(&p.Form[i].Value)
			if err != nil {
				return nil, err
			}
			fields.Add(p.Form[i].Key, value)
		}
		r.SetBody("application/x-www-form-urlencoded", fields.Encode())
	}
	return r, s.authorize(r, p.Auth)
}

// authorize adds the credentials of a probe to its request.
func (s *stepRun) authorize(r *probe.Request, auth *format.Auth) error {
	var value string
	switch {
	case auth == nil:
		return nil
	case auth.Bearer != nil:
		token, err := s.vars().expandAt(auth.Bearer)
		if err != nil {
			return err
		}
		s.scenario().mask(token)
		value = "Bearer " + token
	default:
		login, err := s.vars().expandAt(auth.Basic)
		if err != nil {
			return err
		}
		_, password, found := strings.Cut(login, ":")
		if !found && !s.vars().guessed {
			return diagnosticAt(auth.Basic.Place, errors.New("basic has no colon; write it as name:password"))
		}
		encoded := base64.StdEncoding.EncodeToString([]byte(login))
		s.scenario().mask(password, encoded)
		value = "Basic " + encoded
	}
	r.Headers = append(r.Headers, exchange.Header{Name: "Authorization", Value: value})
	return nil
}

func requestResponse(request *probe.Request, result probe.Result) (*response, report.Exchange) {
	r := &response{status: result.Status, failure: result.Failure, reason: result.Reason, took: result.Took, body: result.Body}
	r.header = func(name string) (string, bool) {
		values := result.Header.Values(name)
		return strings.Join(values, ", "), len(values) > 0
	}
	e := probeExchange(request.Name()+" probe", &result)
	if u, err := url.Parse(request.URL); err == nil {
		e.URL, e.Request.Head = u.Redacted(), request.Head(u)
		e.Request.Body = []byte(request.Body)
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
