package settings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"artihook/scenarios/report"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// reportFormat is one --report-NAME flag.
type reportFormat struct {
	name, usage string
	whole       bool // also shows the requests and responses of passed steps
	write       func(io.Writer, *report.Report) error
}

// reportFormats lists the formats of reports. Each entry adds a flag.
var reportFormats = [...]reportFormat{
	{"junit", "Write the results to this `FILE` as JUnit XML, for CI systems. - is stdout", false, report.WriteJUnit},
	{"tap", "Write the results to this `FILE` as TAP 14. - is stdout", false, report.WriteTAP},
	{"json", "Write the results with all requests and responses to this `FILE` as JSON. - is stdout", true, report.WriteJSON},
	{"html", "Write the results to this `FILE` as one HTML page. - is stdout", true, report.WriteHTML},
}

// ReportFlags holds the file of each --report flag. The zero value writes no report.
type ReportFlags struct {
	files [len(reportFormats)]string // "" is no report
}

// Add adds a --report flag for each format. A repeated step runs without them, so that it does not overwrite the reports of
// the whole run.
func (f *ReportFlags) Add(cmd *cobra.Command) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	for i, format := range reportFormats {
		flags.StringVar(&f.files[i], "report-"+format.name, "", format.usage)
	}
	MarkRunOnly(flags)
	cmd.Flags().AddFlagSet(flags)
}

// ReportOutput has the destinations of reports besides files.
type ReportOutput struct {
	UseStdout   func() error                            // called once if a report goes to stdout
	Verbatim    func(write func(io.Writer) error) error // writes to stdout
	Annotations io.Writer                               // receives GitHub's annotations; nil writes none
}

type reportFile struct {
	name  string
	write func(io.Writer, *report.Report) error
}

// wanted returns the reports that have a file.
func (f *ReportFlags) wanted() []reportFile {
	var list []reportFile
	for i, format := range reportFormats {
		if f.files[i] != "" {
			list = append(list, reportFile{f.files[i], format.write})
		}
	}
	return list
}

// Whole reports whether a report also shows the requests and responses of passed steps.
func (f *ReportFlags) Whole() bool {
	for i, format := range reportFormats {
		if format.whole && f.files[i] != "" {
			return true
		}
	}
	return false
}

// StdoutName is the file name that means stdout.
const StdoutName = "-"

// Check returns an error if a report cannot be written: two go to one file, or the directory is missing. Call it before the
// run.
func (f *ReportFlags) Check(to ReportOutput) error {
	seen := map[string]bool{}
	for _, r := range f.wanted() {
		if r.name == StdoutName {
			if seen[StdoutName] {
				return errors.New("two reports go to stdout; write one of them to a file")
			}
			if err := to.UseStdout(); err != nil {
				return err
			}
			seen[StdoutName] = true
			continue
		}
		path := filepath.Clean(r.name)
		if seen[path] {
			return fmt.Errorf("two reports go to %q; give each a file of its own", r.name)
		}
		seen[path] = true
		dir := filepath.Dir(r.name)
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return fmt.Errorf("cannot write the report %q: there is no directory %q", r.name, dir)
		}
		if info, err := os.Stat(r.name); err == nil && info.IsDir() {
			return fmt.Errorf("cannot write the report %q: it is a directory", r.name)
		}
	}
	return nil
}

// Write writes all reports. On GitHub Actions, it also writes annotations, and the summary and the outputs of the
// step. It joins the errors of all reports.
func (f *ReportFlags) Write(set *Settings, to ReportOutput, results *report.Report) error {
	var err error
	for _, r := range f.wanted() {
		if r.name == StdoutName {
			err = errors.Join(err, to.Verbatim(func(w io.Writer) error { return r.write(w, results) }))
		} else {
			err = errors.Join(err, writeReport(r, results))
		}
	}
	if to.Annotations == nil {
		return err
	}
	results.Folder = set.Folder()
	err = errors.Join(err, report.WriteAnnotations(to.Annotations, results))
	if summary, _ := set.Env("GITHUB_STEP_SUMMARY"); summary != "" {
		err = errors.Join(err, appendFile(summary, func(w io.Writer) error { return report.WriteStepSummary(w, results) }))
	}
	outputs := []StepOutput{{Name: "summary", Value: results.Headline()}}
	for i, format := range reportFormats {
		outputs = append(outputs, StepOutput{Name: "report-" + format.name, Value: f.files[i]})
	}
	return errors.Join(err, set.WriteStepOutputs(outputs))
}

// Folder returns the working directory relative to the directory of the repository on GitHub Actions. It returns
// "" if both are the same or if the working directory is outside of the repository.
func (set *Settings) Folder() string {
	workspace, _ := set.Env("GITHUB_WORKSPACE")
	here, err := os.Getwd()
	if workspace == "" || err != nil {
		return ""
	}
	folder, err := filepath.Rel(workspace, here)
	if err != nil || !filepath.IsLocal(folder) {
		return ""
	}
	return folder
}

func writeReport(r reportFile, results *report.Report) error {
	if err := WriteFile(r.name, 0o644, func(w io.Writer) error { return r.write(w, results) }); err != nil {
		return fmt.Errorf("cannot write the report %q: %w", r.name, PlainError(err))
	}
	return nil
}
