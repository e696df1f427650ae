package scenarios

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/scenarios/report"
)

const (
	// maxProbeBody bounds what is read of a probe's response or output, in bytes.
	maxProbeBody = 1 << 20
	defaultEvery = 250 * time.Millisecond
)

// probe asks the user's own system, again and again until the expectation holds or the time is over.
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

// asker settles what is asked.
func (a *act) asker() (func(context.Context) (*reply, report.Exchange), error) {
	if command := a.step.Probe.Run; command != nil {
		environment := a.vars.environment()
		return func(ctx context.Context) (*reply, report.Exchange) {
			return runCommand(ctx, command.Value, environment, a.p.probeTimeout())
		}, nil
	}
	get := a.step.Probe.Get
	url, err := a.vars.expand(get.Value)
	if err != nil {
		return nil, a.p.fault(get.Place, err)
	}
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil || request.URL.Host == "" || request.URL.Scheme != "http" && request.URL.Scheme != "https" {
		if a.vars.guessed {
			return nil, nil
		}
		return nil, a.p.fault(get.Place, fmt.Errorf("%.200q is no URL to get; write it like http://localhost:3000/leads", url))
	}
	return func(ctx context.Context) (*reply, report.Exchange) { return a.get(request.WithContext(ctx)) }, nil
}

// probeTimeout is how long one question may take.
func (p *play) probeTimeout() time.Duration { return cmp.Or(p.opt.Timeout, emitter.DefaultTimeout) }

// get asks by HTTP. Redirects are followed: it is no webhook.
func (a *act) get(request *http.Request) (*reply, report.Exchange) {
	timeout := a.p.probeTimeout()
	start := time.Now()
	ctx, cancel := context.WithTimeout(request.Context(), timeout)
	defer cancel()
	r := &reply{header: func(string) (string, bool) { return "", false }}
	e := report.Exchange{Title: "GET probe", URL: request.URL.Redacted(), Request: report.Message{Head: "GET " + request.URL.RequestURI() + " HTTP/1.1\nHost: " + request.URL.Host}}
	response, err := a.p.opt.Probes.Do(request.WithContext(ctx))
	if err == nil {
		defer response.Body.Close()
		r.body, err = io.ReadAll(io.LimitReader(response.Body, maxProbeBody))
		r.status = response.StatusCode
		r.header = func(name string) (string, bool) {
			values := response.Header.Values(name)
			return strings.Join(values, ", "), len(values) > 0
		}
		e.Response = report.Message{Head: responseHead(response), Body: r.body, Truncated: len(r.body) == maxProbeBody}
	}
	r.took = time.Since(start)
	if err != nil {
		r.failure, r.reason = emitter.NameFailure(err, timeout)
	}
	e.Status, e.Error, e.Reason, e.Took = r.status, r.failure, r.reason, r.took
	return r, e
}

func responseHead(response *http.Response) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", response.Proto, response.Status)
	if err := response.Header.Write(&b); err != nil {
		return response.Proto + " " + response.Status
	}
	return strings.TrimSuffix(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n")
}

// runCommand asks a command of the shell. Its variables come in its environment: what a receiver has answered is never
// part of the command itself.
func runCommand(ctx context.Context, command string, environment []string, timeout time.Duration) (*reply, report.Exchange) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	shell := []string{"sh", "-c", command}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/C", command}
	}
	c := exec.CommandContext(ctx, shell[0], shell[1:]...)
	for _, variable := range c.Environ() {
		if !strings.HasPrefix(variable, "ARTIHOOK_SECRET") { // a probe has no use for it
			c.Env = append(c.Env, variable)
		}
	}
	c.Env = append(c.Env, environment...)
	endWhole(c)
	c.WaitDelay = 100 * time.Millisecond
	output := &limited{left: maxProbeBody}
	c.Stdout, c.Stderr = output, output
	start := time.Now()
	err := c.Run()
	r := &reply{command: true, took: time.Since(start), body: output.Bytes(), header: func(string) (string, bool) { return "", false }}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		r.failure, r.reason = emitter.FailureTimeout, fmt.Sprintf("the command had not ended within %s", timeout)
	case errors.As(err, &exit):
		r.exit = exit.ExitCode()
	case err != nil:
		r.failure, r.reason = emitter.FailureOther, "the command could not be run: "+err.Error()
	}
	e := report.Exchange{Title: command, Error: r.failure, Reason: r.reason, Took: r.took, Response: report.Message{Body: r.body}}
	if r.exit != 0 {
		e.Error = fmt.Sprintf("exit %d", r.exit)
	}
	return r, e
}

// limited keeps the first bytes of an output and drops the rest.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	kept := p[:min(len(p), l.left)]
	l.left -= len(kept)
	l.Buffer.Write(kept)
	return len(p), nil
}
