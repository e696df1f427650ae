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
	"github.com/tidwall/sjson"
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
		return readFile(arg[1:])
	}
	return []byte(arg), nil
}

func (a *app) readStdin(ctx context.Context) ([]byte, error) {
	if a.stdin {
		return nil, errors.New("stdin can be read for one thing only; give the other in a file")
	}
	a.stdin = true
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := readBounded("stdin", a.world.Stdin)
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
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
		if err := parentExists(body, path); err != nil {
			return nil, fmt.Errorf("--set %q: %w", edit, err)
		}
		raw, err := spell(value)
		if err != nil {
			return nil, fmt.Errorf("--set %q: %w", edit, err)
		}
		if body, err = sjson.SetRawBytes(body, path, raw); err != nil {
			return nil, fmt.Errorf("--set %q: %w", edit, err)
		}
	}
	for _, path := range e.unset {
		if !gjson.GetBytes(body, path).Exists() {
			return nil, fmt.Errorf("--unset %q: the body has no such path", path)
		}
		var err error
		if body, err = sjson.DeleteBytes(body, path); err != nil {
			return nil, fmt.Errorf("--unset %q: %w", path, err)
		}
	}
	return body, nil
}

// spell writes a value as Newtonsoft would: JSON where it is JSON, else a string.
func spell(value string) ([]byte, error) {
	if gjson.Valid(value) {
		raw, err := payload.ParseRaw([]byte(value))
		return []byte(raw), err
	}
	return payload.AppendString(nil, value), nil
}

// parentExists keeps sjson from making up objects on the way to a misspelt path.
func parentExists(body []byte, path string) error {
	parent, last := splitPath(path)
	if last == "" {
		return errors.New("the path ends in a dot")
	}
	in := gjson.ParseBytes(body)
	if parent != "" {
		in = in.Get(parent)
	}
	switch {
	case !in.Exists():
		return fmt.Errorf("the body has no %q", parent)
	case !in.IsObject() && !in.IsArray():
		return fmt.Errorf("%q is neither an object nor an array", parent)
	}
	return nil
}

// splitPath cuts a path at its last dot that is not escaped.
func splitPath(path string) (parent, last string) {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' && path[i-1] != '\\' {
			return path[:i], path[i+1:]
		}
	}
	return "", path
}
