package settings

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxInput is the largest file or stdin that is read, in bytes.
const maxInput = 64 << 20

// ReadInput returns the bytes of an argument in the syntax of curl: @FILE, - for stdin, otherwise the text itself. A
// text that is the name of a file is an error. Waiting for a file or stdin ends with ctx. Stdin can be read once. Errors name the file.
func (set *Settings) ReadInput(ctx context.Context, arg string) ([]byte, error) {
	switch {
	case arg == "-" || arg == "@-":
		return set.readStdin(ctx)
	case strings.HasPrefix(arg, "@"):
		return Interruptible(ctx, func() ([]byte, error) { return readFile(arg[1:]) })
	case len(arg) > 0 && FileExists(arg):
		return nil, fmt.Errorf("%q is the name of a file; write @%s to use its content", arg, arg)
	}
	return []byte(arg), nil
}

func (set *Settings) readStdin(ctx context.Context) ([]byte, error) {
	if set.stdinRead {
		return nil, errors.New("stdin can be read for one argument only; give the other in a file")
	}
	set.stdinRead = true
	return Interruptible(ctx, func() ([]byte, error) { return ReadBounded("stdin", set.Stdin) })
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, PlainError(err))
	}
	defer f.Close()
	return ReadBounded(name, f)
}

// ReadBounded reads r, which may have 64 MiB. Errors contain the name.
func ReadBounded(name string, r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, PlainError(err))
	}
	if len(text) > maxInput {
		return nil, fmt.Errorf("read %s: it is longer than %d MiB", name, maxInput>>20)
	}
	return text, nil
}

// FileExists reports whether there is a file, a directory or anything else at the path.
func FileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// PlainError returns a file error without its operation and path, for messages that name both. It returns other errors unchanged.
func PlainError(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
