package scenarios

import (
	"net/http"
	"time"

	"artihook/emitter"
	"artihook/scenarios/format"
	"artihook/scenarios/report"
)

// Options are the settings of a run. A setting that Given holds wins over the files.
type Options struct {
	Emitter *emitter.Emitter // sends; required by Run
	// Webhook returns the webhook with that name in artihook.yaml, or the default webhook if name is "". A url that is not
	// empty replaces the webhook's own. Required by Run.
	Webhook func(name, url string) (emitter.Webhook, error)
	Probes  *http.Client // sends the requests of probes; nil is emitter.HTTPClient with no options
	// Given holds the settings of the user by the names of their flags: url, sign-url, secret, edition, scheme, bot, seed, now,
	// timeout, retries. Other names are ignored. nil has none.
	Given   map[string]bool
	Vars    map[string]string                // values of ${name}; they win over all others
	Env     func(name string) (string, bool) // values of ${NAME} that nothing else sets; nil has none
	Bot     string                           // for scenarios that name none; "" is fixtures.DefaultBot
	Seed    uint64                           // of all random values
	Now     func() time.Time                 // the clock of the payloads; nil is time.Now
	Timeout time.Duration                    // of a delivery, if Given, and of a probe; 0 is emitter.DefaultTimeout

	Jobs     int    // scenarios that run at the same time; 0 is 1
	FailFast bool   // start nothing after the first failed step
	Step     string // "4" or "4.2.1": send only this step's deliveries, prepare those before it; "" is all

	// Exchanges keeps request and response of passed steps too. Without it, memory use does not grow with the number of
	// deliveries.
	Exchanges bool
	// Repeat returns the command that repeats one step, with the variables that it took from responses. It passes each
	// word through redact, which masks the secrets, before it quotes the word. nil gives no commands.
	Repeat func(f *format.File, step string, vars map[string]string, redact func(string) string) string
	// Ended is called with each scenario as it ends, never concurrently. Its error ends the run. nil is not called.
	Ended func(*report.Suite) error
}

// The settings that both a run and a file can give, by the names of their flags.
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

func (o *Options) given(setting string) bool { return o.Given[setting] }

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
