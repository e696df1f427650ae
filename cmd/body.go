package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"artihook/emitter/payload"

	"github.com/tidwall/gjson"
)

// maxInput bounds what is read from a file or stdin, in bytes.
const maxInput = 64 << 20

// readInput gives the bytes that an argument means, as curl has it: @FILE, - for stdin, or the text itself. Waiting for
// stdin ends with ctx.
func (a *app) readInput(ctx context.Context, arg string) ([]byte, error) {
	switch {
	case arg == "-" || arg == "@-":
		return a.readStdin(ctx)
	case strings.HasPrefix(arg, "@"):
		return interruptible(ctx, func() ([]byte, error) { return readFile(arg[1:]) })
	}
	return []byte(arg), nil
}

func (a *app) readStdin(ctx context.Context) ([]byte, error) {
	if a.stdin {
		return nil, errors.New("stdin can be read for one thing only; give the other in a file")
	}
	a.stdin = true
	return interruptible(ctx, func() ([]byte, error) { return readBounded("stdin", a.world.Stdin) })
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, plainError(err))
	}
	defer f.Close()
	return readBounded(name, f)
}

func readBounded(name string, r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, plainError(err))
	}
	if len(text) > maxInput {
		return nil, fmt.Errorf("read %s: it is longer than %d MiB", name, maxInput>>20)
	}
	return text, nil
}

// edits change a finished body: --set path=value and --unset path, in sjson's path syntax.
type edits struct {
	set   []string
	unset []string
}

func (e *edits) apply(body []byte) ([]byte, error) {
	for _, edit := range e.set {
		path, value, ok := strings.Cut(edit, "=")
		if !ok || path == "" {
			return nil, fmt.Errorf("--set %q: want path=value, like lead.version=7", edit)
		}
		raw, err := spell(value)
		if err != nil {
			return nil, fmt.Errorf("--set %q: %w", edit, err)
		}
		if body, err = payload.Set(body, path, raw); err != nil {
			return nil, fmt.Errorf("--set %q: %w", edit, err)
		}
	}
	for _, path := range e.unset {
		var err error
		if body, err = payload.Unset(body, path); err != nil {
			return nil, fmt.Errorf("--unset %q: %w", path, err)
		}
	}
	return body, nil
}

// spell writes a value as Newtonsoft would: JSON where it is JSON, else a string.
func spell(value string) (payload.Raw, error) {
	if gjson.Valid(value) {
		return payload.ParseRaw([]byte(value))
	}
	return payload.Raw(payload.AppendString(nil, value)), nil
}

// writeFile makes a file of what write writes.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err == nil {
		err = errors.Join(write(f), f.Close())
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, plainError(err))
	}
	return nil
}
