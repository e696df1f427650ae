package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"

	"artihook/scenarios/report"

	"github.com/spf13/cobra"
)

// reportFiles say which reports of an examination are written, and where to.
type reportFiles struct{ junit, json, html string }

func (f *reportFiles) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.junit, "report-junit", "", "write the results as JUnit XML to `FILE`")
	flags.StringVar(&f.json, "report-json", "", "write the results as JSON to `FILE`")
	flags.StringVar(&f.html, "report-html", "", "write the results as a web page to `FILE`")
}

// write writes the reports that are wanted; one that cannot be written does not keep the others from it.
func (f *reportFiles) write(r *report.Report) error {
	var failed []error
	for _, form := range []struct {
		file  string
		write func(io.Writer, *report.Report) error
	}{{f.junit, report.WriteJUnit}, {f.json, report.WriteJSON}, {f.html, report.WriteHTML}} {
		if form.file == "" {
			continue
		}
		if err := writeReport(form.file, r, form.write); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func writeReport(name string, r *report.Report, write func(io.Writer, *report.Report) error) error {
	file, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("write the report %s: %w", name, plainError(err))
	}
	if err := errors.Join(write(file, r), file.Close()); err != nil {
		return fmt.Errorf("write the report %s: %w", name, plainError(err))
	}
	return nil
}
