package settings

import "github.com/spf13/cobra"

// AddRoot adds --root, a directory below which scenarios may name files. The default "" allows only the directory of the
// scenario and the working directory.
func AddRoot(cmd *cobra.Command, root *string) {
	cmd.Flags().StringVar(root, "root", "", "Allow files below this `DIR` in scenarios, besides those below the directory of the scenario and the working directory")
}
