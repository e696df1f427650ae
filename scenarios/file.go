package scenarios

// File is one scenario.
type File struct {
	Place
	Name        Text      `yaml:"name" need:"yes" doc:"What the scenario is called in reports."`
	Description Text      `yaml:"description" doc:"Why it matters, in a line or two."`
	Defaults    *Defaults `yaml:"defaults" doc:"Where the steps send to and what they have in common."`
	// Vars are texts for ${name}. After Load those of included files follow, as far as they have other names.
	Vars    Map[Text] `yaml:"vars" doc:"Variables by name; ${name} in a text stands for one."`
	Include []Text    `yaml:"include" doc:"Scenario files, seen from this one's folder, whose steps come first."`
	// Steps are this file's own after Parse; after Load those of included files stand before them.
	Steps []*Step `yaml:"steps" doc:"What the visitor, ArtiBot and the network do, in order."`
}

// Defaults are the settings of all steps of a scenario. What is not given is left to the runner.
type Defaults struct {
	Place
	URL     Text     `yaml:"url" doc:"The webhook's Payload URL."`
	Webhook Text     `yaml:"webhook" doc:"A webhook of artihook.yaml by its name, instead of url."`
	SignURL Text     `yaml:"sign_url" doc:"Sign for this public URL while connecting to url."`
	Secret  Secret   `yaml:"secret" doc:"The shared secret; write ${VARIABLE} to keep it out of the file."`
	Edition Edition  `yaml:"edition" doc:"The payload edition, 2019 or 2022."`
	Scheme  Scheme   `yaml:"scheme" doc:"The signature scheme, url or body."`
	Bot     Bot      `yaml:"bot" doc:"Whose questions are asked: a ready bot's name or a bot's file."`
	Seed    Seed     `yaml:"seed" doc:"The seed of everything random; the same seed gives the same bytes."`
	Now     Moment   `yaml:"now" doc:"The time in payloads, as 2026-01-31T09:00:00Z."`
	Timeout Duration `yaml:"timeout" doc:"How long one delivery may take, as 30s."`
}

func (f *File) check(faults *Faults) {
	switch {
	case f.Name.Given() && f.Name.Value == "" && !faults.at(f.Name.Place):
		faults.add(f.Name.Place, "", "the name is empty")
	case f.Steps == nil && f.Include == nil:
		faults.add(f.Place, "", "the scenario has no steps")
	}
	checkNames(f.Vars, "variable", faults)
}

func (d *Defaults) check(faults *Faults) {
	if d.URL.Given() && d.Webhook.Given() {
		faults.add(d.Webhook.Place, "", "webhook stands beside url; give one of them")
	}
}
