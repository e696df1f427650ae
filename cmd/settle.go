package cmd

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// envPrefix stands before the name of a flag in capitals: --retry-delay is ARTIHOOK_RETRY_DELAY.
const envPrefix = "ARTIHOOK_"

// rivals are flags that say the same thing in two ways.
var rivals = map[string]string{"secret": "secret-file", "secret-file": "secret"}

// settleFromEnvironment sets the flags that were not given on the command line and have a variable. An empty variable
// is as good as none.
func (a *app) settleFromEnvironment(cmd *cobra.Command) error {
	var failed error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := a.world.Env(name)
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

// settleFromConfig sets the flags that neither the command line nor the environment gave and that the file's defaults
// name. What belongs to a webhook is settled with the webhook.
func (a *app) settleFromConfig(cmd *cobra.Command) error {
	d := &a.config.Defaults
	for _, preset := range []struct {
		flag   string
		value  setting
		isFile func(string) bool
	}{
		{"bot", d.Bot, isBotFile},
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
		value, err := a.config.expand(preset.value, a.world.Env)
		if err != nil {
			return err
		}
		if value == "" {
			continue
		}
		if preset.isFile(value) && !filepath.IsAbs(value) {
			value = filepath.Join(filepath.Dir(a.config.file), value)
		}
		if preset.flag == "history" && a.look.config == "" {
			if err := checkFoundHistory(value); err != nil {
				return a.config.errorAt(preset.value, err)
			}
		}
		if err := cmd.Flags().Set(preset.flag, value); err != nil {
			return a.config.errorAt(preset.value, reason(err, value))
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
