package check

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"artihook/scenarios/probe"
)

const (
	probeLead    = "{lead}"
	leadVariable = "ARTIHOOK_LEAD"
)

// ParseProbe returns the probe that the text describes: a URL with {lead} for an HTTP GET, or a shell command, which gets the
// id of the lead as its argument, as the variable ARTIHOOK_LEAD, or in place of {lead}. For an empty text it returns nil. The
// error is about a URL that is not valid.
func ParseProbe(text string, runner *probe.Runner) (LeadProbe, error) {
	switch lower := strings.ToLower(text); {
	case strings.TrimSpace(text) == "":
		return nil, nil
	case !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://"):
		return func(ctx context.Context, lead string) (string, error) { return probeCommand(ctx, runner, text, lead) }, nil
	case !strings.Contains(text, probeLead):
		return nil, fmt.Errorf("probe %q: put %s into the URL where the id of the lead belongs", text, probeLead)
	}
	if err := probe.CheckURL(strings.ReplaceAll(text, probeLead, "0")); err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	return func(ctx context.Context, lead string) (string, error) {
		return probeURL(ctx, runner, strings.ReplaceAll(text, probeLead, lead))
	}, nil
}

func probeURL(ctx context.Context, runner *probe.Runner, url string) (string, error) {
	result := runner.Get(ctx, url)
	switch {
	case result.Failure != "":
		return "", fmt.Errorf("the probe failed: %s: %s", result.Failure, result.Reason)
	case result.Status/100 != 2:
		return "", fmt.Errorf("the probe got the status %d: %s", result.Status, firstLine(result.Body))
	}
	return string(result.Body), nil
}

// probeCommand runs the command in a shell. Its stdout is the response.
func probeCommand(ctx context.Context, runner *probe.Runner, line, lead string) (string, error) {
	named := strings.Contains(line, probeLead) || strings.Contains(line, leadVariable) || strings.Contains(line, "$1")
	line = strings.ReplaceAll(line, probeLead, lead)
	switch {
	case named:
	case runtime.GOOS == "windows":
		line += " " + lead
	default:
		line += ` "$1"`
	}
	result := runner.Run(ctx, probe.Command{Line: line, Args: []string{lead}, Env: []string{leadVariable + "=" + lead}, SplitStderr: true})
	reason := result.Reason
	switch {
	case result.Exit != 0:
		reason = fmt.Sprintf("exit status %d", result.Exit)
	case result.Failure == "":
		return string(result.Body), nil
	}
	if line := firstLine(result.Stderr); line != "" {
		reason += ": " + line
	}
	return "", errors.New("the probe failed: " + reason)
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if runes := []rune(line); len(runes) > 200 {
		line = string(runes[:200]) + "…"
	}
	return line
}
