package cmd

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"artihook/emitter/traffic"
)

// exportLoad writes the load for another tool into the folder, which is made where it is missing.
func (a *app) exportLoad(folder string, plan traffic.LoadOptions, more traffic.K6Options) error {
	made, err := traffic.ExportK6(plan, more)
	if err != nil {
		return usage(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", folder, plainError(err))
	}
	for name, content := range map[string][]byte{traffic.K6Script: made.Script, traffic.K6Data: made.Data} {
		err := writeFile(filepath.Join(folder, name), func(w io.Writer) error { _, err := w.Write(content); return err })
		if err != nil {
			return err
		}
	}
	script := filepath.Join(folder, traffic.K6Script)
	fmt.Fprintln(a.out(), script)
	a.say("the secret is not in it; run it with\n  "+envPrefix+"SECRET=… k6 run %s", script)
	return nil
}
