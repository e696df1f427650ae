package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/traffic"
)

// exportLoad writes the load for another tool into the directory, and creates the directory if it is missing.
func exportLoad(a *app, folder string, plan traffic.LoadOptions, more traffic.K6Options) error {
	files, err := traffic.ExportK6(plan, more)
	if err != nil {
		return console.Usage(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("create %s: %w", folder, settings.PlainError(err))
	}
	for name, content := range map[string][]byte{traffic.K6Script: files.Script, traffic.K6Data: files.Data} {
		err := writeFile(filepath.Join(folder, name), func(w io.Writer) error { _, err := w.Write(content); return err })
		if err != nil {
			return err
		}
	}
	script := filepath.Join(folder, traffic.K6Script)
	fmt.Fprintln(a.printer.Out, script)
	a.printer.Notef("the script does not contain the secret; run it with\n  "+settings.EnvPrefix+"SECRET=… k6 run %s", script)
	return nil
}

// writeFile creates a file with the output of write.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err == nil {
		err = errors.Join(write(f), f.Close())
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, settings.PlainError(err))
	}
	return nil
}
