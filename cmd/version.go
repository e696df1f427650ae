package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"artihook/cmd/console"
)

func newVersionCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit and its date, Go and the platform",
		Args:  args(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return runVersion(a) },
	}
}

func runVersion(a *app) error {
	build := console.ReadBuild()
	if a.printer.JSON() {
		return a.printer.WriteJSON(build)
	}
	_, err := fmt.Fprintf(a.printer.Out, "artihook %s (%s, %s)\n", build.Version, build.Go, build.Platform)
	if err == nil && build.Commit != "" {
		_, err = fmt.Fprintf(a.printer.Out, "commit %s, %s\n", build.Commit, build.Date)
	}
	return err
}
