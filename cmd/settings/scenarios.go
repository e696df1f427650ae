package settings

import "github.com/spf13/cobra"

// AddRoot adds --root, a directory below which scenarios may name files. The default "" allows only the directory of the
// scenario and the working directory.
func AddRoot(cmd *cobra.Command, root *string) {
	cmd.Flags().StringVar(root, "root", "", "allow files that scenarios name below this `DIR`, besides those below the scenario's folder and the working directory")
}
