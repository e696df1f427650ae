package settings

import (
	"io"
	"slices"

	"artihook/fixtures/yamlfile"
	"artihook/scenarios/format"

	"github.com/spf13/cobra"
)

// AddRoot adds --root, a directory below which scenarios may name files. The default "" allows only the directory of the
// scenario and the working directory.
func AddRoot(cmd *cobra.Command, root *string) {
	cmd.Flags().StringVar(root, "root", "", "Allow files below this `DIR` in scenarios, besides those below the directory of the scenario and the working directory")
}

// StdinName is the argument for a scenario from stdin.
const StdinName = "-"

// LoadScenarios reads files and folders, and stdin for "-". It is like [format.Load].
func LoadScenarios(paths []string, root string, stdin io.Reader) ([]*format.File, error) {
	n := slices.Index(paths, StdinName)
	if n < 0 {
		return format.Load(paths, root)
	}
	files, problems := format.Load(slices.Delete(slices.Clone(paths), n, n+1), root)
	read, err := format.LoadText(StdinName, stdin, root)
	return append(files, read...), yamlfile.Join(problems, err)
}
