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

	"artihook/emitter/history"
)

// Command is a shell command: for sh, on Windows for cmd.
type Command struct {
	Line string
	Args []string // $1, $2… of the shell; not on Windows
	Env  []string // NAME=value, in addition to the environment of this process
	// Stdin is the input of the command.
	Stdin string
	// SplitStderr writes stderr to Result.Stderr. Without it, Body has the output and stderr, in the order of writing.
	SplitStderr bool
}

// outputDelay is how long Run waits for the output of processes that still run when the shell has ended.
const outputDelay = 100 * time.Millisecond

// Run runs a command and then ends the processes that the command started. Failures are part of the result.
func (r *Runner) Run(ctx context.Context, command Command) Result {
	ctx, cancel := context.WithTimeout(ctx, r.timeout())
	defer cancel()
	c := command.shell(ctx)
	c.Env = append(r.withoutSecrets(c.Environ()), r.withoutSecrets(command.Env)...)
	group(c)
	c.WaitDelay = outputDelay
	if command.Stdin != "" {
		c.Stdin = strings.NewReader(command.Stdin)
	}
	output, stderr := &bounded{}, &bounded{}
	c.Stdout, c.Stderr = output, output
	if command.SplitStderr {
		c.Stderr = stderr
	}
	start := time.Now()
	err := c.Run()
	endGroup(c)
	result := Result{Body: output.buf.Bytes(), Truncated: output.cut, Stderr: stderr.buf.Bytes(), Took: time.Since(start)}
	var exit *exec.ExitError
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay): // ErrWaitDelay: another process still has the output open
	case errors.Is(ctx.Err(), context.Canceled):
		result.Failure, result.Reason = history.FailureCancelled, "the command was interrupted"
	case ctx.Err() != nil:
		result.Failure, result.Reason = history.FailureTimeout, fmt.Sprintf("the command did not end within %s", r.timeout())
	case errors.As(err, &exit):
		result.Exit = exit.ExitCode()
	default:
		result.Failure, result.Reason = history.FailureOther, "the command could not be run: "+err.Error()
	}
	return result
}

func (c *Command) shell(ctx context.Context) *exec.Cmd {
	if runtime.GOOS == "windows" {
		return exec.CommandContext(ctx, "cmd", "/C", c.Line)
	}
	return exec.CommandContext(ctx, "sh", append([]string{"-c", c.Line, "probe"}, c.Args...)...)
}

// withoutSecrets returns the variables without those that hold a secret.
func (r *Runner) withoutSecrets(environment []string) []string {
	var safe []string
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		own := strings.HasPrefix(name, "ARTIHOOK_SECRET") || name == "ARTIHOOK_TOKEN"
		if own || r.Mask != nil && string(r.Mask([]byte(value))) != value {
			continue
		}
		safe = append(safe, variable)
	}
	return safe
}

// bounded is a writer that stores the first maxBody bytes. It does not embed the buffer, whose ReadFrom has no limit.
type bounded struct {
	buf bytes.Buffer
	cut bool
}

func (b *bounded) Write(p []byte) (int, error) {
	free := maxBody - b.buf.Len()
	b.cut = b.cut || len(p) > free
	b.buf.Write(p[:min(len(p), free)])
	return len(p), nil
}
