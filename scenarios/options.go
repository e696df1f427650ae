package scenarios

import (
	"context"
	"net/http"
	"time"

	"artihook/emitter"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// Options are the settings of a run. The settings in SetFlags replace those of the files.
type Options struct {
	Emitter *emitter.Emitter // sends; required by Run
	// Webhook returns the webhook with that name in artihook.yaml, or the default webhook if name is "". A url that is not
	// empty replaces the webhook's own. Required by Run.
	Webhook func(name, url string) (emitter.Webhook, error)
	Probes  *http.Client // sends the requests of probes; nil is emitter.HTTPClient with no options
	// SetFlags has the names of the flags that the user has set. The names that matter are url, sign-url, secret, edition,
	// scheme, bot, seed, now, timeout and retries.
	SetFlags map[string]bool
	Vars     map[string]string                // values of ${name}, before all others
	Env      func(name string) (string, bool) // values of ${NAME}, after all others; nil means none
	Bot      string                           // for scenarios that name none; "" is fixtures.DefaultBot
	Seed     uint64                           // of all random values
	Now      func() time.Time                 // the clock of the payloads; nil is time.Now
	Timeout  time.Duration                    // of a delivery, if in SetFlags, and of a probe; 0 is emitter.DefaultTimeout

	// NextInterrupt returns a context that is done at the next interrupt, which ends a teardown that runs after the first. Without
	// it, only time ends such a teardown.
	NextInterrupt func() (context.Context, context.CancelFunc)

	Jobs     int  // scenarios that run at the same time; 0 is 1
	FailFast bool // start nothing after the first failed step
	Rounds   int  // how often each scenario runs; 0 is 1
	// Step is the number of the only step whose deliveries are sent: "4" or "4.2.1", "setup.1" or "teardown.1", or "2/4" for the
	// second run of a file. "" means all steps.
	Step string

	// Exchanges adds requests and responses of passed steps to the report. Without it, memory use does not grow with the number
	// of deliveries.
	Exchanges bool
	// Repeat returns the commands that repeat a failed step. nil means that the report has no commands.
	Repeat func(RepeatOptions) (same, fresh string)
	// Warn, if not nil, is called with each part of a file that is valid and probably a mistake, in the order of the files.
	Warn func(*yamlfile.Diagnostic)
	// Ended, if not nil, is called with each scenario when it ends, never concurrently. Its error ends the run.
	Ended func(*report.Suite) error
}

// RepeatOptions describe a failed step for the commands that repeat it: one for the same lead, and one for a new lead.
type RepeatOptions struct {
	File   *format.File
	Step   string              // the number of the step, for Options.Step
	Run    string              // the number of the run with a slash, such as "2/", for Options.Step; "" if the file has one run
	Vars   map[string]string   // the captured variables that the step uses
	Redact func(string) string // masks secrets; call it for each word before quoting the word
}

// The flags whose settings can also be in a file.
const (
	settingURL     = "url"
	settingSignURL = "sign-url"
	settingSecret  = "secret"
	settingEdition = "edition"
	settingScheme  = "scheme"
	settingBot     = "bot"
	settingSeed    = "seed"
	settingNow     = "now"
	settingTimeout = "timeout"
	settingRetries = "retries"
)

func (o *Options) isSet(flag string) bool { return o.SetFlags[flag] }

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Env == nil {
		o.Env = func(string) (string, bool) { return "", false }
	}
	if o.Probes == nil {
		o.Probes = emitter.HTTPClient(emitter.Options{})
	}
	return o
}
