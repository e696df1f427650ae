package check

import (
	"bytes"
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
)

const (
	maxProbe     = 1 << 20 // bytes of a probe's answer
	probeTimeout = 10 * time.Second
	probeLead    = "{lead}"
	leadVariable = "ARTIHOOK_LEAD"
	secretNames  = "ARTIHOOK_SECRET" // and ARTIHOOK_SECRET_FILE
)

// ParseProbe reads a probe as users write it: a URL with {lead}, which is asked by GET, or a command of the shell, which
// gets the lead as its argument, as the variable ARTIHOOK_LEAD, or where {lead} stands. An empty text is no probe: nil.
func ParseProbe(s string) (Probe, error) {
	switch lower := strings.ToLower(s); {
	case strings.TrimSpace(s) == "":
		return nil, nil
	case strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://"):
		if !strings.Contains(s, probeLead) {
			return nil, fmt.Errorf("probe %q: want a URL with %s where the lead's id belongs", s, probeLead)
		}
		return func(ctx context.Context, lead string) (string, error) {
			return probeURL(ctx, strings.ReplaceAll(s, probeLead, lead))
		}, nil
	}
	return func(ctx context.Context, lead string) (string, error) { return probeCommand(ctx, s, lead) }, nil
}

func probeURL(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", errors.New("the probe is no URL")
	}
	response, err := emitter.HTTPClient(emitter.Options{}).Do(r)
	if err != nil {
		return "", fmt.Errorf("the probe got no answer: %w", withoutURL(err))
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxProbe))
	if err != nil {
		return "", fmt.Errorf("the probe's answer broke off: %w", withoutURL(err))
	}
	if response.StatusCode/100 != 2 {
		return "", fmt.Errorf("the probe was answered %s: %s", response.Status, firstLine(text))
	}
	return string(text), nil
}

// withoutURL cuts off the URL, in which a token may stand.
func withoutURL(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// probeCommand runs the command in a shell. It does not get to know the secret.
func probeCommand(ctx context.Context, command, lead string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	named := strings.Contains(command, probeLead) || strings.Contains(command, leadVariable) || strings.Contains(command, "$1")
	command = strings.ReplaceAll(command, probeLead, lead)
	var run *exec.Cmd
	if runtime.GOOS == "windows" {
		if !named {
			command += " " + lead
		}
		run = exec.CommandContext(ctx, "cmd", "/C", command)
	} else {
		if !named {
			command += ` "$1"`
		}
		run = exec.CommandContext(ctx, "sh", "-c", command, "probe", lead)
	}
	for _, variable := range run.Environ() {
		if !strings.HasPrefix(variable, secretNames) {
			run.Env = append(run.Env, variable)
		}
	}
	run.Env = append(run.Env, leadVariable+"="+lead)
	run.WaitDelay = time.Second // what it has started itself may hold its output open
	out, said := &boundedBuffer{}, &boundedBuffer{}
	run.Stdout, run.Stderr = out, said
	if err := run.Run(); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("it took longer than %s", probeTimeout)
		}
		if line := firstLine(said.Bytes()); line != "" {
			return "", fmt.Errorf("the probe failed: %w: %s", err, line)
		}
		return "", fmt.Errorf("the probe failed: %w", err)
	}
	return out.String(), nil
}

// boundedBuffer keeps the first bytes and lets the rest go by.
type boundedBuffer struct{ bytes.Buffer }

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if room := maxProbe - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if runes := []rune(line); len(runes) > 200 {
		line = string(runes[:200]) + "…"
	}
	return line
}
