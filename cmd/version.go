package cmd

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"artihook/cmd/console"
)

func newVersionCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  args(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return runVersion(a) },
	}
}

func runVersion(a *app) error {
	version, platform := console.Version(), runtime.GOOS+"/"+runtime.GOARCH
	if a.printer.JSON() {
		return a.printer.WriteJSON(struct {
			Version  string `json:"version"`
			Go       string `json:"go"`
			Platform string `json:"platform"`
		}{version, runtime.Version(), platform})
	}
	_, err := fmt.Fprintf(a.printer.Out, "artihook %s (%s, %s)\n", version, runtime.Version(), platform)
	return err
}
