package text

import (
	"bytes"
	"io"
	"sync"
)

// NoCommands returns a writer that escapes text so that GitHub Actions reads no line of it as a workflow command, and writes
// it to w. It escapes the second colon of a line that begins with "::", and the bracket of "##[". White space before "::" is
// ignored, because the runner trims it; any non-ASCII byte may be white space. The writer is safe for concurrent use.
func NoCommands(w io.Writer) io.Writer { return &commandFilter{w: w, blank: true} }

// commandFilter has the state of the current line, because a line can be written in several parts.
type commandFilter struct {
	mu     sync.Mutex
	w      io.Writer
	blank  bool // the line has only white space
	colon  bool // the line has only white space and one colon
	hashes int  // number of # at the end of the line
}

func (f *commandFilter) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []byte // nil if nothing is escaped
	start := 0
	for i, c := range p {
		escape := ""
		switch {
		case f.colon && c == ':':
			escape = `\x3a`
		case f.hashes >= 2 && c == '[':
			escape = `\x5b`
		}
		f.next(c)
		if escape != "" {
			out = append(append(out, p[start:i]...), escape...)
			start = i + 1
		}
	}
	if out == nil {
		return f.w.Write(p)
	}
	if _, err := f.w.Write(append(out, p[start:]...)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// next updates the state with the next byte.
func (f *commandFilter) next(c byte) {
	f.colon = f.blank && c == ':'
	if c == '#' {
		f.hashes++
	} else {
		f.hashes = 0
	}
	switch {
	case c == '\n' || c == '\r':
		f.blank = true
	case c > ' ' && c < 0x7f:
		f.blank = false
	}
}

// StopCommands returns a writer that writes text to w unchanged. Before the first line that GitHub Actions could read as a
// workflow command, it writes a stop-commands command, and Close ends its effect. The author of the text must not be able to
// guess the token. Close does not close w.
func StopCommands(w io.Writer, token string) io.WriteCloser {
	return &commandStopper{w: w, token: token}
}

type commandStopper struct {
	w       io.Writer
	token   string
	line    []byte // the current line, until commands are stopped
	stopped bool
	last    byte
}

func (s *commandStopper) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if s.stopped {
			s.last = rest[len(rest)-1]
			_, err := s.w.Write(rest)
			return len(p), err
		}
		end := bytes.IndexAny(rest, "\r\n") + 1
		if end == 0 {
			s.line = append(s.line, rest...)
			break
		}
		s.line = append(s.line, rest[:end]...)
		if err := s.flush(); err != nil {
			return 0, err
		}
		rest = rest[end:]
	}
	return len(p), nil
}

// flush writes the line.
func (s *commandStopper) flush() error {
	if len(s.line) == 0 {
		return nil
	}
	if isCommand(s.line) {
		s.stopped = true
		s.line = append([]byte("::stop-commands::"+s.token+"\n"), s.line...)
	}
	s.last = s.line[len(s.line)-1]
	_, err := s.w.Write(s.line)
	s.line = s.line[:0]
	return err
}

func (s *commandStopper) Close() error {
	if err := s.flush(); err != nil || !s.stopped {
		return err
	}
	end := "::" + s.token + "::\n"
	if s.last != '\n' {
		end = "\n" + end
	}
	_, err := io.WriteString(s.w, end)
	return err
}

// isCommand reports whether the runner may read the line as a workflow command.
func isCommand(line []byte) bool {
	trimmed := bytes.TrimLeftFunc(line, func(r rune) bool { return r <= ' ' || r >= 0x7f })
	return bytes.HasPrefix(trimmed, []byte("::")) || bytes.Contains(line, []byte("##["))
}
