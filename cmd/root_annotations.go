package cmd

import (
	"cmp"
	"errors"

	"artihook/emitter/text"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios/report"
)

// annotate writes an annotation under GitHub Actions, an error without another level. Its file, if any, is relative to the
// working directory.
func (a *app) annotate(problem report.Annotation) {
	to := a.printer.Annotations()
	if to == nil {
		return
	}
	problem.Level = cmp.Or(problem.Level, "error")
	problem.File = report.RepositoryPath(a.settings.Folder(), problem.File)
	problem.Message = text.Printable(problem.Message)
	_ = report.WriteAnnotation(to, problem) // like all messages for people, they may be closed
}

// warn prints a warning about a file, and annotates it.
func (a *app) warn(w *yamlfile.Diagnostic) {
	warning := *w
	warning.Problem = "warning: " + w.Problem
	a.printer.Notef("%s", warning.Error())
	a.annotate(report.Annotation{Level: "warning", File: w.File, Line: w.Line, Column: w.Column, Title: "artihook", Message: w.Error()})
}

// annotateProblems writes an annotation for each problem of a file.
func (a *app) annotateProblems(err error) {
	var problems yamlfile.Diagnostics
	var one *yamlfile.Diagnostic
	if !errors.As(err, &problems) && errors.As(err, &one) {
		problems = yamlfile.Diagnostics{one}
	}
	for _, p := range problems {
		a.annotate(report.Annotation{File: p.File, Line: p.Line, Column: p.Column, Title: "artihook", Message: p.Error()})
	}
}
