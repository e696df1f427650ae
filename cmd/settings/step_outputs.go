package settings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"artihook/emitter/text"
)

// StepOutput is an output of a step of GitHub Actions. Later steps read it.
type StepOutput struct{ Name, Value string }

// WriteStepOutputs appends outputs to the file in GITHUB_OUTPUT, if there is one. It leaves out empty values and stdout.
func (set *Settings) WriteStepOutputs(outputs []StepOutput) error {
	file, _ := set.Env("GITHUB_OUTPUT")
	if file == "" {
		return nil
	}
	var b strings.Builder
	for _, o := range outputs {
		if o.Value != "" && o.Value != StdoutName {
			fmt.Fprintf(&b, "%s=%s\n", o.Name, text.Visible(o.Value)) // a line feed would begin another output
		}
	}
	return appendFile(file, func(w io.Writer) error { _, err := io.WriteString(w, b.String()); return err })
}

// appendFile appends to a file in which steps of GitHub Actions collect text.
func appendFile(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write a file of GitHub Actions: %w", PlainError(err))
	}
	return errors.Join(write(f), f.Close())
}
