package settings

import (
	"bytes"
	"fmt"
	"os"

	"artihook/scenarios/check"

	"github.com/spf13/pflag"
)

// BaselineFlags are the flags about known failures.
type BaselineFlags struct {
	File, output string
	Known        check.Baseline // the content of File; empty without a file
}

// Add adds the flags.
func (f *BaselineFlags) Add(flags *pflag.FlagSet) {
	flags.StringVar(&f.File, "baseline", "", "Do not fail because of the failures in this `FILE` of --write-baseline, and list new and fixed ones")
	flags.StringVar(&f.output, "write-baseline", "", "Write the failures of this run to this `FILE`, for --baseline")
}

// Read reads the file of --baseline.
func (f *BaselineFlags) Read() error {
	if f.File == "" {
		return nil
	}
	file, err := os.Open(f.File)
	if err != nil {
		return fmt.Errorf("cannot read the baseline %q: %w", f.File, PlainError(err))
	}
	defer file.Close()
	if f.Known, err = check.ReadBaseline(file); err != nil {
		return fmt.Errorf("cannot read the baseline %q: %w", f.File, PlainError(err))
	}
	return nil
}

// Write writes the file of --write-baseline.
func (f *BaselineFlags) Write(results []check.Result, tool, target string) error {
	if f.output == "" {
		return nil
	}
	var b bytes.Buffer
	if err := check.NewBaseline(results, tool, target).Write(&b); err != nil {
		return err
	}
	if err := os.WriteFile(f.output, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("cannot write the baseline %q: %w", f.output, PlainError(err))
	}
	return nil
}
