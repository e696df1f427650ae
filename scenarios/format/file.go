package format

import "artihook/fixtures/yamlfile"

// File is one scenario.
type File struct {
	yamlfile.Place
	// Ready says that it is one of the ready library, and no file of the user's.
	Ready       bool
	Name        Text      `yaml:"name" need:"yes" doc:"What the scenario is called in reports."`
	Description Text      `yaml:"description" doc:"Why it matters, in a line or two."`
	Defaults    *Defaults `yaml:"defaults" doc:"Where the steps send to and what they have in common."`
	// Vars are texts for ${name}. After Load those of included files follow, as far as they have other names.
	Vars    Map[Text] `yaml:"vars" doc:"Variables by name; ${name} in a text stands for one."`
	Include []Text    `yaml:"include" doc:"Scenario files, seen from this one's folder, whose steps come first."`
	// Steps are this file's own after Parse; after Load those of included files stand before them.
	Steps []*Step `yaml:"steps" doc:"What the visitor, ArtiBot and the network do, in order."`

	roots roots                   // the files that it names are below them
	other bool                    // it is YAML, but no scenario
	again func(path string) *File // parses it anew; nil where Steps are here
	// Partial reports that a file of the set has faults: steps may be missing.
	Partial bool
	// Unsure reports that variables may be missing as well.
	Unsure bool
}

// Defaults are the settings of all steps of a scenario. What is not given is left to the runner.
type Defaults struct {
	yamlfile.Place
	// Invalid reports that a part of the defaults could not be read.
	Invalid  bool
	URL      Text     `yaml:"url" doc:"The webhook's Payload URL."`
	Webhook  Text     `yaml:"webhook" doc:"A webhook of artihook.yaml by its name, instead of url."`
	Webhooks []*Hook  `yaml:"webhooks" doc:"Several webhooks, instead of url: each gets the events that it receives."`
	SignURL  Text     `yaml:"sign_url" doc:"Sign for this public URL while connecting to url."`
	Secret   Secret   `yaml:"secret" doc:"The shared secret; write ${VARIABLE} to keep it out of the file."`
	Edition  Edition  `yaml:"edition" doc:"The payload edition, 2019 or 2022."`
	Scheme   Scheme   `yaml:"scheme" doc:"The signature scheme, url or body."`
	Bot      Bot      `yaml:"bot" doc:"Whose questions are asked: a ready bot's name or a bot's file."`
	Seed     Seed     `yaml:"seed" doc:"The seed of everything random; the same seed gives the same bytes."`
	Now      Moment   `yaml:"now" doc:"The time in payloads, as 2026-01-31T09:00:00Z."`
	Timeout  Duration `yaml:"timeout" doc:"How long one delivery may take, as 30s."`
	Retries  Count    `yaml:"retries" doc:"How often a delivery is tried again after a failure that may pass."`
}

// Hook is one of several webhooks of a scenario. What is not given is that of the defaults.
type Hook struct {
	yamlfile.Place
	Name    Text              `yaml:"name" need:"yes" doc:"What the webhook is called in the history."`
	URL     Text              `yaml:"url" doc:"Its Payload URL; ${url} is the one that the run was given."`
	SignURL Text              `yaml:"sign_url" doc:"Sign for this public URL while connecting to url."`
	Secret  Secret            `yaml:"secret" doc:"Its secret."`
	Events  List[EventAction] `yaml:"events" doc:"The events that it receives: created, updated, completed; without it all."`
	Edition Edition           `yaml:"edition" doc:"Its payload edition."`
	Scheme  Scheme            `yaml:"scheme" doc:"Its signature scheme."`
}

func (f *File) check(faults *yamlfile.Diagnostics) {
	switch {
	case f.Name.Given() && f.Name.Value == "" && !faults.Has(f.Name.Place):
		faults.Add(f.Name.Place, "", "the name is empty")
	case f.Steps == nil && f.Include == nil:
		faults.Add(f.Place, "", "the scenario has no steps")
	}
	checkNames(f.Vars, "variable", faults)
}

func (d *Defaults) markFaulty() { d.Invalid = true }

func (d *Defaults) check(faults *yamlfile.Diagnostics) {
	if d.URL.Given() && d.Webhook.Given() {
		faults.Add(d.Webhook.Place, "", "webhook cannot be used with url; give one of them")
	}
	seen := map[string]bool{}
	for _, h := range d.Webhooks {
		if h.Name.Value != "" && seen[h.Name.Value] {
			faults.Add(h.Name.Place, "", "a second webhook is named %.60q", h.Name.Value)
		}
		seen[h.Name.Value] = true
	}
}
