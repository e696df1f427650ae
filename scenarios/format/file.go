package format

import (
	"slices"
	"time"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/fixtures/yamlfile"
)

// File is one scenario.
type File struct {
	yamlfile.Place
	// Ready is the text of a ready scenario. It is nil for a file of the user.
	Ready       []byte
	Name        Text      `yaml:"name" need:"yes" form:"name" doc:"The name of the scenario in reports."`
	Description Text      `yaml:"description" doc:"What the scenario tests, in a line or two."`
	Tags        []Text    `yaml:"tags" single:"yes" doc:"Words by which --tag selects the scenario."`
	Defaults    *Defaults `yaml:"defaults" doc:"The settings that all steps share."`
	// Vars are the values for ${name}. Load adds the variables of included files that have other names.
	Vars Map[Text] `yaml:"vars" doc:"Variables by name. ${name} in a text is replaced by the value."`
	// Matrix and Data multiply the scenario. Runs returns the runs.
	Matrix  Map[[]Text] `yaml:"matrix" doc:"Values of variables by name. The scenario runs once for each combination. bot, edition and scheme replace the defaults, too."`
	Data    Text        `yaml:"data" doc:"A file with rows: CSV, JSON or YAML, relative to the folder of this file. The scenario runs once for each row, whose values are variables."`
	Include []Text      `yaml:"include" doc:"Scenario files whose steps come first, relative to the folder of this file."`
	// Steps are the steps of this file. Load puts those of included files before them. Setup and Teardown are like them.
	Setup    []*Step `yaml:"setup" doc:"Steps before all others. If one fails, the steps are skipped."`
	Teardown []*Step `yaml:"teardown" doc:"Steps after all others. They always run, also after a failure or an interrupt."`
	Steps    []*Step `yaml:"steps" doc:"The steps of the visitor, ArtiBot and the network, in order."`

	// Work is the number of steps and deliveries of all runs.
	Work int

	opened      *opened
	rows        []row                   // of Data
	roots       roots                   // the folders that hold the files that the scenario names
	notScenario bool                    // the file is YAML, but not a scenario
	reparse     func(path string) *File // parses the file again; nil if Steps is set
	// Partial reports whether a file of the set has a problem, so that steps may be missing.
	Partial bool
	// Unsure reports whether variables may be missing as well.
	Unsure bool
}

// Defaults are the settings of all steps of a scenario. The runner chooses the settings that are missing.
type Defaults struct {
	yamlfile.Place
	// Invalid reports whether the defaults have a problem.
	Invalid  bool
	URL      Text                     `yaml:"url" doc:"The webhook's Payload URL."`
	Webhook  Text                     `yaml:"webhook" doc:"The name of a webhook of artihook.yaml, instead of url."`
	Webhooks []*Hook                  `yaml:"webhooks" doc:"Several webhooks, instead of url. Each receives its own events."`
	SignURL  Text                     `yaml:"sign_url" doc:"Sign for this public URL while connecting to url."`
	Secret   Scalar[signature.Secret] `yaml:"secret" form:"secret" doc:"The shared secret. Write ${VARIABLE} to keep it out of the file."`
	Edition  Scalar[payload.Edition]  `yaml:"edition" form:"edition" doc:"The payload edition, 2019 or 2022."`
	Scheme   Scalar[signature.Scheme] `yaml:"scheme" form:"scheme" doc:"The signature scheme, url or body."`
	Bot      Text                     `yaml:"bot" form:"bot" doc:"The bot: the name of a ready bot or the file of a bot."`
	Seed     Scalar[uint64]           `yaml:"seed" form:"seed" doc:"The seed for all random values. The same seed always generates the same bytes."`
	Now      Scalar[time.Time]        `yaml:"now" form:"time" doc:"The time in payloads, such as 2026-01-31T09:00:00Z."`
	Timeout  Scalar[time.Duration]    `yaml:"timeout" form:"duration" doc:"The time limit for one delivery, such as 30s."`
	Headers  Map[Text]                `yaml:"headers" doc:"Headers of all deliveries, by name. They replace the usual ones; an empty value removes one."`
	Retries  Scalar[int]              `yaml:"retries" form:"count" doc:"How often a delivery is sent again after a temporary failure."`
}

// Hook is one of several webhooks of a scenario. Its missing settings are those of the defaults.
type Hook struct {
	yamlfile.Place
	Name    Text                     `yaml:"name" need:"yes" doc:"The name of the webhook in the history."`
	URL     Text                     `yaml:"url" doc:"Its Payload URL. ${url} is the URL of the run."`
	SignURL Text                     `yaml:"sign_url" doc:"Sign for this public URL while connecting to url."`
	Secret  Scalar[signature.Secret] `yaml:"secret" form:"secret" doc:"Its secret."`
	Events  []Scalar[payload.Action] `yaml:"events" form:"action" single:"yes" doc:"The events that it receives: created, updated, completed. Default: all."`
	Edition Scalar[payload.Edition]  `yaml:"edition" form:"edition" doc:"Its payload edition."`
	Scheme  Scalar[signature.Scheme] `yaml:"scheme" form:"scheme" doc:"Its signature scheme."`
}

func (f *File) check(diags *yamlfile.Diagnostics) {
	switch {
	case f.Name.Given() && f.Name.Value == "" && !diags.Has(f.Name.Place):
		diags.Add(f.Name.Place, "", "the name is empty")
	case f.Steps == nil && f.Include == nil:
		diags.Add(f.Place, "", "the scenario has no steps")
	}
	checkNames(f.Vars, "variable", diags)
	checkNames(f.Matrix, "variable", diags)
	f.checkMatrix(diags)
}

// All returns all steps in the order in which they run.
func (f *File) All() []*Step { return slices.Concat(f.Setup, f.Steps, f.Teardown) }

func (d *Defaults) markInvalid() { d.Invalid = true }

func (d *Defaults) check(diags *yamlfile.Diagnostics) {
	if d.URL.Given() && d.Webhook.Given() {
		diags.Add(d.Webhook.Place, "", "webhook cannot be used with url; use one of them")
	}
	seen := map[string]bool{}
	for _, h := range d.Webhooks {
		if h.Name.Value != "" && seen[h.Name.Value] {
			diags.Add(h.Name.Place, "", "an earlier webhook has the name %.60q too; choose another", h.Name.Value)
		}
		seen[h.Name.Value] = true
	}
}
