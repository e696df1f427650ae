package settings

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// EnvPrefix begins the name of the environment variable of a flag: ARTIHOOK_RETRY_DELAY sets --retry-delay.
const EnvPrefix = "ARTIHOOK_"

// EnvName returns the name of the environment variable of a flag.
func EnvName(flag string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// mutuallyExclusive maps a flag to the flag that excludes it.
var mutuallyExclusive = map[string]string{"secret": "secret-file", "secret-file": "secret"}

// AddFlags adds --config, which sets ConfigFile.
func (set *Settings) AddFlags(flags *pflag.FlagSet) {
	flags.StringVar(&set.ConfigFile, "config", "", "Read webhooks and defaults from this `FILE` (default "+ConfigName+" in this directory or above)")
}

// Resolve sets the flags that are not on the command line from the environment and then from artihook.yaml, and reads Config.
// Call it once, before the command runs. Errors name the variable, or the file with line and column.
func (set *Settings) Resolve(cmd *cobra.Command) error {
	set.ChangedFlags = map[string]bool{}
	cmd.Flags().Visit(func(f *pflag.Flag) { set.ChangedFlags[f.Name] = true })
	if err := set.applyEnvironment(cmd); err != nil {
		return err
	}
	set.SetFlags = map[string]bool{}
	cmd.Flags().Visit(func(f *pflag.Flag) { set.SetFlags[f.Name] = true })
	if cmd.Name() == "demo" || cmd.Flags().Lookup("secret") == nil && cmd.Flags().Lookup("history") == nil {
		return nil // the command does not use the file, so it does not report errors of the file
	}
	var err error
	if set.Config, err = set.readConfig(); err != nil {
		return err
	}
	return set.applyConfig(cmd)
}

// applyEnvironment sets the flags that are not on the command line from their environment variables. It ignores empty
// variables.
func (set *Settings) applyEnvironment(cmd *cobra.Command) error {
	var firstErr error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := EnvName(f.Name)
		value, ok := set.Env(name)
		if f.Changed || !ok || value == "" || firstErr != nil || f.Name == "help" || hasMark(f, filterFlag) {
			return
		}
		if other, ok := mutuallyExclusive[f.Name]; ok && cmd.Flags().Changed(other) {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			firstErr = fmt.Errorf("%s: %w", name, reason(err, value))
		}
	})
	return firstErr
}

// applyConfig sets the flags that neither the command line nor the environment has set from the defaults of the file.
// WebhookFlags.Resolve applies the defaults of a webhook's own settings.
func (set *Settings) applyConfig(cmd *cobra.Command) error {
	for _, preset := range set.Config.flagDefaults() {
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

// flagDefault is a default of the file for a flag.
type flagDefault struct {
	flag   string
	value  Setting
	isFile func(string) bool // reports whether a value is a path, which is relative to the directory of the file
}

// flagDefaults returns the defaults of the file, without those that WebhookFlags.Resolve applies.
func (c *Config) flagDefaults() []flagDefault {
	d := &c.Defaults
	return []flagDefault{
		{"bot", d.Bot, IsBotFile},
		{"ca-cert", d.CACert, anyFile},
		{"cert", d.Cert, anyFile},
		{"history", d.History, anyFile},
		{"insecure", d.Insecure, noFile},
		{"key", d.Key, anyFile},
		{"proxy", d.Proxy, noFile},
		{"retries", d.Retries, noFile},
		{"retry-delay", d.RetryDelay, noFile},
		{"seed", d.Seed, noFile},
		{"timeout", d.Timeout, noFile},
	}
}

func anyFile(string) bool { return true }
func noFile(string) bool  { return false }

// filterFlag marks flags that select deliveries. No environment variable sets them.
const filterFlag = "filter"

// reason returns the error of a bad flag value without the name of the flag.
func reason(err error, value string) error {
	text := err.Error()
	if _, why, ok := strings.Cut(text, `" flag: `); ok {
		text = why
	}
	if text == "must be true or false" { // of pflag
		text = "want true or false"
	}
	return fmt.Errorf("%q: %s", value, text)
}
