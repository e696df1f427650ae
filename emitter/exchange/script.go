package exchange

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"artihook/emitter/text"
)

// Script writes a script for /bin/sh that sends requests one after the other with
// curl, byte for byte as [Curl] does. The script prints the status and the title of
// each request, and exits with 1 unless every response is 2xx.
type Script struct {
	w     io.Writer
	begun bool
}

// NewScript returns a Script that writes to w. Close completes the script.
func NewScript(w io.Writer) *Script { return &Script{w: w} }

const scriptHead = `#!/bin/sh
# Sends deliveries with curl: exactly these bytes, headers and signatures.
# Prints the status of each response. The exit code is 1 unless all are 2xx.
command -v curl >/dev/null || { echo 'curl is needed' >&2; exit 3; }
failed=0
report() {
  printf '[%s] %s\n' "$1" "$2"
  case $1 in 2??) ;; *) failed=1 ;; esac
}
`

func (s *Script) begin() error {
	if s.begun {
		return nil
	}
	s.begun = true
	_, err := io.WriteString(s.w, scriptHead)
	return err
}

// Add writes the command for one request. It sets opt.StatusOnly.
func (s *Script) Add(req Request, opt CurlOptions, title string) error {
	if err := s.begin(); err != nil {
		return err
	}
	opt.StatusOnly = true
	var b bytes.Buffer
	b.WriteString("\ncode=$(")
	if err := Curl(&b, req, opt); err != nil {
		return err
	}
	fmt.Fprintf(&b, ")\nreport \"$code\" %s\n", text.ShellWord(oneLine(title)))
	_, err := s.w.Write(b.Bytes())
	return err
}

// Close writes the end of the script. The writer stays open.
func (s *Script) Close() error {
	if err := s.begin(); err != nil {
		return err
	}
	_, err := io.WriteString(s.w, "\nexit $failed\n")
	return err
}

// oneLine returns s as one line: line breaks and control characters are escaped.
func oneLine(s string) string {
	quoted := strconv.QuoteToGraphic(s)
	if quoted == `"`+s+`"` {
		return s
	}
	return quoted
}
