package cmd

import (
	"fmt"
	"io"
	"strings"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/exchange"
	"artihook/emitter/text"
	"artihook/scenarios/fuzz"
	"artihook/scenarios/report"
)

// maxPrintedBody is the longest body that is printed as a curl command and as a scenario, in bytes.
const maxPrintedBody = 8 << 10

// printFailure prints a failure with three ways to repeat it.
func printFailure(a *app, f *fuzz.Failure, opt *fuzz.ReportOptions, client *settings.ClientFlags) error {
	if a.printer.JSON() {
		step := fuzz.Step(f, *opt)
		return report.WriteCaseJSON(a.printer.Out, &step)
	}
	var b strings.Builder
	line := func(label, value string) {
		for value := range strings.SplitSeq(strings.TrimRight(value, "\n"), "\n") {
			fmt.Fprintf(&b, "    %s %s\n", a.printer.Paint(console.Dim, fmt.Sprintf("%-4s", label)), text.Printable(value))
			label = ""
		}
	}
	mark, color := "✗", console.Red
	if opt.Known.Cases[f.Case] != "" {
		mark, color = "!", console.Yellow
	}
	fmt.Fprintf(&b, "%s %s\n", a.printer.Paint(color, mark+" "+f.Case), text.Printable(f.Sentence))
	line("sent", f.Sent())
	line("want", f.Want)
	line("got", f.Got)
	for _, note := range f.Notes() {
		line("note", note)
	}
	line("run", opt.Repeat(f.ID))
	if curl := curlCommands(f, client); curl != "" {
		line("curl", curl)
	} else {
		line("curl", "the body is too large for a command line; export it from the history")
	}
	if _, err := io.WriteString(a.printer.Out, b.String()); err != nil {
		return err
	}
	return printScenario(a, f)
}

// curlCommands returns a command for each delivery, or "" if a body is too large.
func curlCommands(f *fuzz.Failure, client *settings.ClientFlags) string {
	var b strings.Builder
	for i := range f.Deliveries {
		d := &f.Deliveries[i]
		if len(d.Request.Body) > maxPrintedBody {
			return ""
		}
		if err := exchange.Curl(&b, d.Request, exchange.CurlOptions{URL: d.URL, Insecure: client.Insecure, CACert: client.CACert}); err != nil {
			return ""
		}
	}
	return b.String()
}

// printScenario prints the failure as a scenario file, without escapes, so that it can be copied.
func printScenario(a *app, f *fuzz.Failure) error {
	yaml, ok := f.Scenario()
	if !ok || len(yaml) > 2*maxPrintedBody {
		_, err := fmt.Fprintln(a.printer.Out)
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "    %s\n", a.printer.Paint(console.Dim, "as a scenario, for artihook run:"))
	for line := range strings.SplitSeq(strings.TrimRight(yaml, "\n"), "\n") {
		fmt.Fprintf(&b, "        %s\n", text.Visible(line))
	}
	_, err := fmt.Fprintln(a.printer.Out, b.String())
	return err
}

// printFuzzed prints how often each property held, the causes that are new or gone since the baseline, and the total on one line.
func printFuzzed(a *app, result *fuzz.Result, plan *fuzz.Options, opt *fuzz.ReportOptions) error {
	if a.printer.JSON() {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s %8s %8s\n", "property", "held", "causes")
	for _, p := range fuzz.Properties {
		causes := 0
		for i := range result.Failures {
			if result.Failures[i].Property == p {
				causes++
			}
		}
		if result.Judged[p]+causes > 0 {
			fmt.Fprintf(&b, "%-12s %8d %8d\n", p, result.Judged[p], causes)
		}
	}
	fmt.Fprintf(&b, "\n%s", fuzzVerdict(a, result, opt))
	if result.Runs < plan.Runs && plan.Replay == "" {
		fmt.Fprintf(&b, " in the %d of %d examples that ran", result.Runs, plan.Runs)
	}
	fmt.Fprintf(&b, ", %s in %s", text.Counted(result.Requests, "request"), text.ShortDuration(result.Took))
	if result.Stopped != "" {
		fmt.Fprintf(&b, "; it ended because %s", result.Stopped)
	}
	b.WriteString("\n")
	_, err := io.WriteString(a.printer.Out, b.String())
	return err
}

func fuzzVerdict(a *app, result *fuzz.Result, opt *fuzz.ReportOptions) string {
	known := 0
	for i := range result.Failures {
		if opt.Known.Cases[result.Failures[i].Case] != "" {
			known++
		}
	}
	verdict, color := "nothing failed", console.Green
	if n := len(result.Failures) - known; n > 0 {
		verdict, color = text.Counted(n, "cause")+" of failure", console.Red
	}
	if known > 0 {
		verdict += fmt.Sprintf(", %d known", known)
	}
	return a.printer.Paint(color, verdict)
}
