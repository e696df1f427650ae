package report

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
)

// Annotation is a message of GitHub Actions. GitHub shows it at the line of the file, or at the job without a file.
type Annotation struct {
	Level        string // "error" or "warning"
	File         string // from the root of the repository; "" is none
	Line, Column int    // from 1; 0 is unknown
	Title        string
	Message      string
}

// WriteAnnotation writes a as one workflow command. No text of it can begin another command.
func WriteAnnotation(w io.Writer, a Annotation) error {
	b := bufio.NewWriter(w)
	annotate(b, a)
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing annotations: %w", err)
	}
	return nil
}

// WriteAnnotations writes an annotation for each failed step. Write them to standard
// output. GitHub shows at most ten for a step of a job; [WriteStepSummary] has all.
func WriteAnnotations(w io.Writer, r *Report) error {
	b := bufio.NewWriter(w)
	for i := range r.Suites {
		s := &r.Suites[i]
		for j := range s.Steps {
			step := &s.Steps[j]
			level := map[Outcome]string{Failed: "error", Warned: "warning", Inconclusive: "warning"}[step.Outcome.settled()]
			if level != "" {
				annotate(b, Annotation{
					Level: level, File: RepositoryPath(r.Folder, step.file(s)), Line: step.Line,
					Title: visible(s.Name) + " › " + visible(step.Name), Message: annotationText(step),
				})
			}
		}
	}
	if r.Interrupted {
		annotate(b, Annotation{Level: "warning", Title: r.Tool, Message: "interrupted before the run was complete"})
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing annotations: %w", err)
	}
	return nil
}

// RepositoryPath returns the path of a file from the root of the repository. folder is the working directory from there.
func RepositoryPath(folder, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.ToSlash(filepath.Join(folder, file))
}

func annotationText(s *Step) string {
	message := s.message()
	if reason := s.reason(); reason != "" {
		message = clip(visible(reason), messageLimit)
	}
	if s.Repeat == "" {
		return message
	}
	return message + "\n" + strings.Join(s.repeats(), "\n")
}

// annotate writes one command, ::name key=value,…::message, escaped as in
// github.com/actions/toolkit, packages/core/src/command.ts. Empty properties are
// left out.
func annotate(b *bufio.Writer, a Annotation) {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	line, column := "", ""
	if a.File != "" && a.Line > 0 {
		line = strconv.Itoa(a.Line)
		if a.Column > 0 {
			column = strconv.Itoa(a.Column)
		}
	}
	b.WriteString("::" + a.Level)
	separator := " "
	for _, p := range [][2]string{{"file", visible(a.File)}, {"line", line}, {"col", column}, {"title", visible(a.Title)}} {
		if p[1] != "" {
			b.WriteString(separator + p[0] + "=" + property.Replace(p[1]))
			separator = ","
		}
	}
	b.WriteString("::" + data.Replace(a.Message) + "\n")
}
