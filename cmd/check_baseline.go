package cmd

import (
	"bytes"
	"fmt"
	"os"

	"artihook/cmd/settings"
	"artihook/scenarios/check"

	"github.com/spf13/pflag"
)

// baselineFlags are the flags about known failures.
type baselineFlags struct {
	file, output string
	known        check.Baseline // what file holds; empty without a file
}

func (f *baselineFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.file, "baseline", "", "Do not fail because of the failures in this `FILE` of --write-baseline, and list new and fixed ones")
	flags.StringVar(&f.output, "write-baseline", "", "Write the failures of this run to this `FILE`, for --baseline")
}

func (f *baselineFlags) read() error {
	if f.file == "" {
		return nil
	}
	file, err := os.Open(f.file)
	if err != nil {
		return fmt.Errorf("cannot read the baseline %q: %w", f.file, settings.PlainError(err))
	}
	defer file.Close()
	if f.known, err = check.ReadBaseline(file); err != nil {
		return fmt.Errorf("cannot read the baseline %q: %w", f.file, settings.PlainError(err))
	}
	return nil
}

func (f *baselineFlags) write(results []check.Result, tool, target string) error {
	if f.output == "" {
		return nil
	}
	var b bytes.Buffer
	if err := check.NewBaseline(results, tool, target).Write(&b); err != nil {
		return err
	}
	if err := os.WriteFile(f.output, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("cannot write the baseline %q: %w", f.output, settings.PlainError(err))
	}
	return nil
}
