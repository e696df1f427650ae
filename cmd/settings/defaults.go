package settings

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// EnvPrefix stands before the name of a flag in capitals: --retry-delay is ARTIHOOK_RETRY_DELAY.
const EnvPrefix = "ARTIHOOK_"

// rivals are flags that say the same thing in two ways.
var rivals = map[string]string{"secret": "secret-file", "secret-file": "secret"}

// AddFlags adds --config.
func (set *Settings) AddFlags(flags *pflag.FlagSet) {
	flags.StringVar(&set.ConfigFile, "config", "", "read webhooks and defaults from this `FILE` (default "+ConfigName+", found upwards)")
}

// Resolve runs before every command: it sets the flags that were not given from the environment and the file.
func (set *Settings) Resolve(cmd *cobra.Command) error {
	set.ChangedFlags = map[string]bool{}
	cmd.Flags().Visit(func(f *pflag.Flag) { set.ChangedFlags[f.Name] = true })
	if err := set.applyEnvironment(cmd); err != nil {
		return err
	}
	set.SetFlags = map[string]bool{}
	cmd.Flags().Visit(func(f *pflag.Flag) { set.SetFlags[f.Name] = true })
	if cmd.Name() == "demo" || cmd.Flags().Lookup("secret") == nil && cmd.Flags().Lookup("history") == nil {
		return nil // it takes nothing from the file, so a fault in it is no reason to stop
	}
	var err error
	if set.Config, err = set.readConfig(); err != nil {
		return err
	}
	return set.applyConfig(cmd)
}

// applyEnvironment sets the flags that were not given on the command line and have a variable. An empty variable
// is as good as none.
func (set *Settings) applyEnvironment(cmd *cobra.Command) error {
	var failed error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := EnvPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := set.Env(name)
		if f.Changed || !ok || value == "" || failed != nil || f.Name == "help" || f.Annotations[filterFlag] != nil {
			return
		}
		if rival, ok := rivals[f.Name]; ok && cmd.Flags().Changed(rival) {
			return // it has been said in the other way
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			failed = fmt.Errorf("%s: %w", name, reason(err, value))
		}
	})
	return failed
}

// applyConfig sets the flags that neither the command line nor the environment gave and that the file's defaults
// name. What belongs to a webhook is settled with the webhook.
func (set *Settings) applyConfig(cmd *cobra.Command) error {
	d := &set.Config.Defaults
	for _, preset := range []struct {
		flag   string
		value  Setting
		isFile func(string) bool
	}{
		{"bot", d.Bot, IsBotFile},
		{"ca-cert", d.CACert, anyFile},
		{"history", d.History, anyFile},
		{"insecure", d.Insecure, noFile},
		{"retries", d.Retries, noFile},
		{"retry-delay", d.RetryDelay, noFile},
		{"seed", d.Seed, noFile},
		{"timeout", d.Timeout, noFile},
	} {
		f := cmd.Flags().Lookup(preset.flag)
		if f == nil || f.Changed || !preset.value.given() {
			continue
		}
		value, err := set.Config.expand(preset.value, set.Env)
		if err != nil {
			return err
		}
		if value == "" {
			continue
		}
		if preset.isFile(value) && !filepath.IsAbs(value) {
			value = filepath.Join(filepath.Dir(set.Config.File), value)
		}
		if preset.flag == "history" && set.ConfigFile == "" {
			if err := checkFoundHistory(value); err != nil {
				return set.Config.errorAt(preset.value, err)
			}
		}
		if err := cmd.Flags().Set(preset.flag, value); err != nil {
			return set.Config.errorAt(preset.value, reason(err, value))
		}
	}
	return nil
}

func anyFile(string) bool { return true }
func noFile(string) bool  { return false }

// filterFlag marks flags that say what is meant this once: no variable presets them.
const filterFlag = "filter"

// reason is what a flag says of a bad value, without the flag's name.
func reason(err error, value string) error {
	text := err.Error()
	if _, why, ok := strings.Cut(text, `" flag: `); ok {
		text = why
	}
	if strings.Contains(text, "ParseBool") {
		text = "want true or false"
	}
	return fmt.Errorf("%q: %s", value, text)
}

// hintError is an error and what would work instead.
type hintError struct {
	error
	hint string
}

func (e *hintError) Unwrap() error { return e.error }
func (e *hintError) Hint() string  { return e.hint }

func withHint(err error, hint string) error { return &hintError{err, hint} }
