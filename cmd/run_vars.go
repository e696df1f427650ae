package cmd

import (
	"context"
	"fmt"
	"os"
	"strings"

	"artihook/cmd/settings"
	"artihook/emitter/text"
)

// readVars adds the variables of a file, which has one name=value on each line. Lines that are empty or begin with # are ignored. Errors do not quote
// values.
func readVars(ctx context.Context, name string, vars map[string]string) error {
	data, err := settings.Interruptible(ctx, func() ([]byte, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("--vars-file %s: %w", name, settings.PlainError(err))
		}
		defer f.Close()
		return settings.ReadBounded(name, f)
	})
	if err != nil {
		return err
	}
	data, _ = text.Decode(data)
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if key = strings.TrimSpace(key); !ok || key == "" {
			return fmt.Errorf("%s:%d:1: want name=value", name, i+1)
		}
		vars[key] = value
	}
	return nil
}
