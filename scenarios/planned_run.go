package scenarios

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios/format"
)

// plannedRun is one run of a file: a combination of its matrix, a row of its data, and a round of Options.Rounds.
type plannedRun struct {
	format.Run
	file   *format.File
	number int  // among all runs of the file, from 1
	round  int  // from 1; 0 if there is only one
	alone  bool // the file has no other run

	generators *generators // of all runs of the file
}

// plan returns the runs of files in their order. If Options.Step names a run, there are no others.
func (r *runner) plan(files []*format.File) ([]plannedRun, error) {
	var all []plannedRun
	var diags yamlfile.Diagnostics
	for _, f := range files {
		rounds := max(r.opts.Rounds, 1)
		if f.Work > format.MaxWork {
			continue // Load has reported it
		}
		if f.Work > format.MaxWork/rounds {
			diags.Add(yamlfile.Place{File: f.File, Line: 1, Column: 1}, "", "in %d rounds the scenario has more than %d steps and deliveries, the limit for one scenario", rounds, format.MaxWork)
			continue
		}
		runs, generators := f.Runs(), newGenerators(r.bots, f)
		for round := range rounds {
			for _, one := range runs {
				p := plannedRun{Run: one, file: f, number: round*len(runs) + one.Number, alone: rounds*len(runs) == 1, generators: generators}
				if rounds > 1 {
					p.round = round + 1
				}
				if r.stepOf == 0 || r.stepOf == p.number {
					all = append(all, p)
				}
			}
		}
	}
	return all, diags.Err()
}

// splitStep splits Options.Step, such as 2/4.1, into the number of a run and the number of a step. The run is 0 and the step "" if there
// is none.
func splitStep(text string) (run int, step string, err error) {
	number, step, found := strings.Cut(text, "/")
	if !found {
		return 0, text, nil
	}
	run, err = strconv.Atoi(number)
	if err != nil || run < 1 {
		return 0, "", &StepError{text}
	}
	return run, step, nil
}

// name returns the name of the run in reports and in the history.
func (p *plannedRun) name() string {
	var labels []string
	if p.Label != "" {
		labels = append(labels, p.Label)
	}
	if p.round > 0 {
		labels = append(labels, fmt.Sprintf("round %d", p.round))
	}
	if labels == nil {
		return p.file.Name.Value
	}
	return p.file.Name.Value + " [" + strings.Join(labels, ", ") + "]"
}

// stepNumber returns the number of a step for Options.Step.
func (p *plannedRun) stepNumber(path string) string {
	if p.alone {
		return path
	}
	return fmt.Sprintf("%d/%s", p.number, path)
}

// sets reports whether the matrix or the row has a value for a variable.
func (p *plannedRun) sets(name string) bool {
	_, matrix := p.Matrix[name]
	_, row := p.Row[name]
	return matrix || row
}

// settings returns the defaults of a file with the values of the matrix.
func (p *plannedRun) settings(f *format.File) *format.Defaults {
	d := &format.Defaults{}
	if f.Defaults != nil && !f.Defaults.Invalid {
		*d = *f.Defaults
	}
	for _, m := range f.Matrix {
		value := p.Matrix[m.Key]
		switch m.Key { // the parser has checked the values
		case format.MatrixBot:
			d.Bot = format.Text{Place: m.Place, Value: value}
		case format.MatrixEdition:
			edition, _ := payload.ParseEdition(value)
			d.Edition = format.Scalar[payload.Edition]{Place: m.Place, Value: edition}
		case format.MatrixScheme:
			scheme, _ := signature.ParseScheme(value)
			d.Scheme = format.Scalar[signature.Scheme]{Place: m.Place, Value: scheme}
		}
	}
	return d
}

// matrixFits reports whether no option replaces a value of the matrix, and adds a problem if one does: all runs would be the same.
func (s *scenarioRun) matrixFits() bool {
	for _, m := range s.file.Matrix {
		_, fixed := s.opts().Vars[m.Key]
		if s.opts().isSet(m.Key) && slices.Contains([]string{settingBot, settingEdition, settingScheme}, m.Key) {
			s.addDiagnostic(m.Place, fmt.Errorf("--%s or its environment variable would replace every value of the matrix; remove one of them", m.Key))
			return false
		}
		if fixed {
			s.addDiagnostic(m.Place, fmt.Errorf("--var %s would replace every value of the matrix; remove one of them", m.Key))
			return false
		}
	}
	return true
}

// seed returns the seed of a run. It depends on the name of the scenario and the number of the run, so that its leads do not depend on
// other scenarios.
func (r *runner) seed(p *plannedRun) uint64 {
	seed := r.opts.Seed
	if d := p.file.Defaults; d != nil && d.Seed.Given() && !r.opts.isSet(settingSeed) {
		seed = d.Seed.Value
	}
	hash := fnv.New64a()
	hash.Write([]byte(p.file.Name.Value))
	if p.number > 1 {
		fmt.Fprintf(hash, "\x00%d", p.number)
	}
	return seed ^ hash.Sum64()
}
