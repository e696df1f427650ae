package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"artihook/cmd/settings"
)

func newHistoryPathCmd(a *app) *cobra.Command {
	opt := &settings.HistoryFlags{}
	cmd := &cobra.Command{
		Use:   "path",
		Short: "Print the path of the history",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			file, err := opt.RequireFile()
			if err != nil {
				return err
			}
			if a.printer.JSON() {
				return a.printer.WriteJSON(map[string]string{"path": file})
			}
			_, err = fmt.Fprintln(a.printer.Out, file)
			return err
		},
	}
	opt.AddPath(cmd)
	return cmd
}
