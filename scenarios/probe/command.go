package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"artihook/emitter"
)

// Command is a command of the shell: sh, on Windows cmd.
type Command struct {
	Line string
	Args []string // $1, $2… of the shell; not on Windows
	Env  []string // NAME=value, in addition to the environment of this process
	// SplitStderr keeps stderr apart from the output. Without it Body holds both, in the order in which they came.
	SplitStderr bool
}

// outputDelay is how long the output stays open for processes that outlive the shell.
const outputDelay = 100 * time.Millisecond

// Run runs a command and then ends every process that it started and left behind. Failures are part of the result.
func (r *Runner) Run(ctx context.Context, command Command) Result {
	ctx, cancel := context.WithTimeout(ctx, r.timeout())
	defer cancel()
	c := command.shell(ctx)
	c.Env = append(r.withoutSecrets(c.Environ()), r.withoutSecrets(command.Env)...)
	group(c)
	c.WaitDelay = outputDelay
	output, said := &bounded{}, &bounded{}
	c.Stdout, c.Stderr = output, output
	if command.SplitStderr {
		c.Stderr = said
	}
	start := time.Now()
	err := c.Run()
	endGroup(c)
	result := Result{Body: output.kept.Bytes(), Truncated: output.cut, Stderr: said.kept.Bytes(), Took: time.Since(start)}
	var exit *exec.ExitError
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay): // the output of what it left behind is not waited for
	case errors.Is(ctx.Err(), context.Canceled):
		result.Failure, result.Reason = emitter.FailureCancelled, "the command was interrupted"
	case ctx.Err() != nil:
		result.Failure, result.Reason = emitter.FailureTimeout, fmt.Sprintf("the command had not ended within %s", r.timeout())
	case errors.As(err, &exit):
		result.Exit = exit.ExitCode()
	default:
		result.Failure, result.Reason = emitter.FailureOther, "the command could not be run: "+err.Error()
	}
	return result
}

func (c *Command) shell(ctx context.Context) *exec.Cmd {
	if runtime.GOOS == "windows" {
		return exec.CommandContext(ctx, "cmd", "/C", c.Line)
	}
	return exec.CommandContext(ctx, "sh", append([]string{"-c", c.Line, "probe"}, c.Args...)...)
}

// withoutSecrets returns the variables that hold no secret.
func (r *Runner) withoutSecrets(environment []string) []string {
	var kept []string
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		own := strings.HasPrefix(name, "ARTIHOOK_SECRET") || name == "ARTIHOOK_TOKEN"
		if own || r.Mask != nil && string(r.Mask([]byte(value))) != value {
			continue
		}
		kept = append(kept, variable)
	}
	return kept
}

// bounded keeps the first MaxBody bytes and drops the rest. It does not embed the buffer, whose ReadFrom has no bound.
type bounded struct {
	kept bytes.Buffer
	cut  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	room := MaxBody - b.kept.Len()
	b.cut = b.cut || len(p) > room
	b.kept.Write(p[:min(len(p), room)])
	return len(p), nil
}
