package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"artihook/scenarios/report"

	"github.com/spf13/cobra"
)

// ReportFlags say which reports are written where.
type ReportFlags struct{ junit, tap, json, html string }

func (f *ReportFlags) Add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.junit, "report-junit", "", "write the results to this `FILE` as JUnit XML, for CI systems; - is stdout")
	flags.StringVar(&f.tap, "report-tap", "", "write the results to this `FILE` as TAP 14; - is stdout")
	flags.StringVar(&f.json, "report-json", "", "write everything to this `FILE` as JSON; - is stdout")
	flags.StringVar(&f.html, "report-html", "", "write the results to this `FILE` as one page; - is stdout")
}

// ReportOutput is where reports go that are not files.
type ReportOutput struct {
	UseStdout   func() error                            // is called once if a report goes to stdout
	Verbatim    func(write func(io.Writer) error) error // writes to stdout
	Annotations io.Writer                               // for GitHub's annotations; nil writes none
}

type reportFile struct {
	name  string
	write func(io.Writer, *report.Report) error
}

// files lists the reports that are wanted.
func (f *ReportFlags) files() []reportFile {
	var list []reportFile
	for _, r := range []reportFile{
		{f.junit, report.WriteJUnit}, {f.tap, report.WriteTAP}, {f.json, report.WriteJSON}, {f.html, report.WriteHTML},
	} {
		if r.name != "" {
			list = append(list, r)
		}
	}
	return list
}

// Whole says whether a report shows requests and responses of what went well, too.
func (f *ReportFlags) Whole() bool { return f.json != "" || f.html != "" }

// StdoutName is the file name that means stdout.
const StdoutName = "-"

// Check finds out before the run what would keep a report from being written after it.
func (f *ReportFlags) Check(to ReportOutput) error {
	seen := map[string]bool{}
	for _, r := range f.files() {
		if r.name == StdoutName {
			if seen[StdoutName] {
				return errors.New("two reports are to be written to stdout; give one of them a file")
			}
			if err := to.UseStdout(); err != nil {
				return err
			}
			seen[StdoutName] = true
			continue
		}
		path := filepath.Clean(r.name)
		if seen[path] {
			return fmt.Errorf("two reports are to be written to %q; give each a file", r.name)
		}
		seen[path] = true
		folder := filepath.Dir(r.name)
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return fmt.Errorf("the report %q cannot be written: there is no folder %q", r.name, folder)
		}
		if info, err := os.Stat(r.name); err == nil && info.IsDir() {
			return fmt.Errorf("the report %q cannot be written: it is a folder", r.name)
		}
	}
	return nil
}

// Write writes all reports; on GitHub Actions annotations and the step's summary as well.
func (f *ReportFlags) Write(set *Settings, to ReportOutput, results *report.Report) error {
	var failed error
	for _, r := range f.files() {
		if r.name == StdoutName {
			failed = errors.Join(failed, to.Verbatim(func(w io.Writer) error { return r.write(w, results) }))
		} else {
			failed = errors.Join(failed, writeReport(r, results))
		}
	}
	if to.Annotations == nil {
		return failed
	}
	results.Folder = set.folderInWorkspace()
	failed = errors.Join(failed, report.WriteAnnotations(to.Annotations, results))
	if summary, _ := set.Env("GITHUB_STEP_SUMMARY"); summary != "" {
		failed = errors.Join(failed, appendReport(summary, results))
	}
	return failed
}

// folderInWorkspace is the present folder as seen from the one in which GitHub has put the repository; "" where it is that
// one, or none of it.
func (set *Settings) folderInWorkspace() string {
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

// writeReport writes beside the file first: a half-written report is never there to be read. What is no file, as a pipe
// or /dev/null, is written to and not replaced.
func writeReport(r reportFile, results *report.Report) error {
	info, err := os.Stat(r.name)
	switch {
	case err != nil: // it is not there yet
		err = replaceReport(r.name, 0o644, r, results)
	case !info.Mode().IsRegular():
		err = writeInto(r, results)
	default:
		var file string // behind a link
		if file, err = filepath.EvalSymlinks(r.name); err == nil {
			err = replaceReport(file, info.Mode().Perm(), r, results)
		}
	}
	if err != nil {
		return fmt.Errorf("the report %q cannot be written: %w", r.name, PlainError(err))
	}
	return nil
}

func writeInto(r reportFile, results *report.Report) error {
	f, err := os.OpenFile(r.name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(r.write(f, results), f.Close())
}

func replaceReport(name string, mode fs.FileMode, r reportFile, results *report.Report) error {
	temp, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	if err := errors.Join(r.write(temp, results), temp.Chmod(mode), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}

func appendReport(name string, results *report.Report) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("the step's summary: %w", PlainError(err))
	}
	return errors.Join(report.WriteStepSummary(f, results), f.Close())
}
