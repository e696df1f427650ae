package report

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
)

// WriteAnnotations writes one GitHub Actions workflow command for each failed
// step: an error that GitHub shows at the line of the file. Write them to standard
// output. GitHub shows at most ten for a step of a job; [WriteStepSummary] has all.
func WriteAnnotations(w io.Writer, r *Report) error {
	b := bufio.NewWriter(w)
	for i := range r.Suites {
		s := &r.Suites[i]
		for j := range s.Steps {
			kind := map[Outcome]string{Failed: "error", Warned: "warning", Inconclusive: "warning"}[s.Steps[j].Outcome.settled()]
			if kind != "" {
				annotate(b, kind, [][2]string{
					{"file", visible(r.inRepository(s.Steps[j].file(s)))},
					{"line", lineOf(s, &s.Steps[j])},
					{"title", visible(s.Name) + " › " + visible(s.Steps[j].Name)},
				}, annotationText(&s.Steps[j]))
			}
		}
	}
	if r.Interrupted {
		annotate(b, "warning", [][2]string{{"title", visible(r.Tool)}}, "interrupted before the run was complete")
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing annotations: %w", err)
	}
	return nil
}

// inRepository returns the path of a file from the root of the repository.
func (r *Report) inRepository(file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.ToSlash(filepath.Join(r.Folder, file))
}

// lineOf returns the line of a step, or "" if line or file is unknown.
func lineOf(s *Suite, step *Step) string {
	if step.file(s) == "" || step.Line <= 0 {
		return ""
	}
	return strconv.Itoa(step.Line)
}

func annotationText(s *Step) string {
	message := s.message()
	if reason := s.reason(); reason != "" {
		message = clip(visible(reason), messageLimit)
	}
	if s.Repeat == "" {
		return message
	}
	return message + "\nrepeat it: " + visible(s.Repeat)
}

// annotate writes one command, ::name key=value,…::message, escaped as in
// github.com/actions/toolkit, packages/core/src/command.ts. Empty properties are
// left out.
func annotate(b *bufio.Writer, name string, properties [][2]string, message string) {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	b.WriteString("::" + name)
	separator := " "
	for _, p := range properties {
		if p[1] != "" {
			b.WriteString(separator + p[0] + "=" + property.Replace(p[1]))
			separator = ","
		}
	}
	b.WriteString("::" + data.Replace(message) + "\n")
}
