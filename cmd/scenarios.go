package cmd

import (
	"context"
	"fmt"
	"strings"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/text"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios"
	"artihook/scenarios/format"

	"github.com/spf13/cobra"
)

// sampleScenario is the scenario in the help.
const sampleScenario = `  name: my-scenario
  description: A visitor gives a company and a phone number.
  steps:
    - start: {answers: {Company: Zed Ltd}}
    - answer: 2
      expect: {status: 2xx, within: 2s}
    - name: a changed body is rejected
      answer: 1
      tamper: body
      expect: {status: [401, 403]}
    - complete:`

func newScenariosCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenarios",
		Short: "List the ready scenarios, print one, check files, or print the schema for editors",
		Example: `  artihook scenarios show happy-path > my.yaml
  artihook scenarios lint my.yaml
  artihook run my.yaml --url localhost:3000/hook

A scenario:
` + sampleScenario,
		Args: unknownCommand,
		RunE: func(*cobra.Command, []string) error { return runScenarios(a) },
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "show NAME",
			Short: "Print a ready scenario, as a start for your own",
			Args:  args(cobra.ExactArgs(1)),
			RunE:  func(_ *cobra.Command, args []string) error { return runScenariosShow(a, args[0]) },
		},
		newScenariosLintCmd(a),
		&cobra.Command{
			Use:   "schema",
			Short: "Print the JSON Schema of scenario files, as schema scenario does",
			Example: `  artihook scenarios schema > scenario.schema.json
  # first line of a file: # yaml-language-server: $schema=scenario.schema.json`,
			Args: args(cobra.NoArgs),
			RunE: func(*cobra.Command, []string) error {
				_, err := a.printer.Out.Write(format.Schema().Encode())
				return err
			},
		},
	)
	return cmd
}

func runScenarios(a *app) error {
	for _, name := range format.Library() {
		f, err := format.LoadLibrary(name)
		if err != nil {
			return err
		}
		description := strings.TrimSpace(f.Description.Value)
		if a.printer.JSON() {
			err = a.printer.WriteJSON(struct {
				Name        string `json:"name"`
				Description string `json:"description"`
			}{name, description})
		} else {
			_, err = fmt.Fprintf(a.printer.Out, "%s\n  %s\n", name, a.printer.Paint(console.Dim, strings.ReplaceAll(description, "\n", "\n  ")))
		}
		if err != nil {
			return err
		}
	}
	a.printer.Notef("artihook run NAME --url URL runs one of them; artihook scenarios show NAME prints it")
	return nil
}

func runScenariosShow(a *app, name string) error {
	f, err := format.LoadLibrary(name)
	if err != nil {
		return console.Usage(err)
	}
	_, err = a.printer.Out.Write(append([]byte(format.SchemaLine), f.Ready...))
	return err
}

func newScenariosLintCmd(a *app) *cobra.Command {
	var root string
	cmd := &cobra.Command{
		Use:   "lint FILE|DIR…",
		Short: "Report every error of scenario files, with line and column; - is stdin",
		Args:  args(cobra.MinimumNArgs(1)),
		RunE:  func(cmd *cobra.Command, args []string) error { return runScenariosLint(cmd.Context(), a, args, root) },
	}
	settings.AddRoot(cmd, &root)
	return cmd
}

func runScenariosLint(ctx context.Context, a *app, paths []string, root string) error {
	var warnings yamlfile.Diagnostics
	n, err := settings.Interruptible(ctx, func() (int, error) {
		files, err := settings.LoadScenarios(paths, root, a.system.Stdin)
		warn := func(w *yamlfile.Diagnostic) { warnings = append(warnings, w) }
		return len(files), yamlfile.Join(err, scenarios.Lint(ctx, files, scenarios.Options{Env: a.system.Env, Now: a.system.Now, Warn: warn}))
	})
	if ctx.Err() == nil {
		for _, w := range warnings {
			a.warn(w)
		}
	}
	if err != nil {
		return err
	}
	summary := text.Counted(n, "scenario") + ", no error"
	if len(warnings) > 0 {
		summary += ", " + text.Counted(len(warnings), "warning")
	}
	a.printer.Notef("%s", summary)
	return nil
}
