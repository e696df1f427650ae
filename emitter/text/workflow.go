package text

import "io"

// NoCommands returns a writer that passes text on to w so that GitHub Actions reads no line of it as a workflow command:
// it escapes the second colon of a line that begins with "::", and the bracket of "##[". White space before "::" counts
// as nothing there, as the runner trims it; any non-ASCII byte may be white space.
func NoCommands(w io.Writer) io.Writer { return &commandFilter{w: w, blank: true} }

// commandFilter remembers what it must know of the line so far, since a line can come in several writes.
type commandFilter struct {
	w      io.Writer
	blank  bool // nothing but white space so far
	colon  bool // nothing but white space and one colon so far
	hashes int  // how many # the line ends in
}

func (f *commandFilter) Write(p []byte) (int, error) {
	var out []byte // nil while nothing is to be escaped
	start := 0
	for i, c := range p {
		escape := ""
		switch {
		case f.colon && c == ':':
			escape = `\x3a`
		case f.hashes >= 2 && c == '[':
			escape = `\x5b`
		}
		f.see(c)
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

func (f *commandFilter) see(c byte) {
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
