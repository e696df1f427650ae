package cmd

import (
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manDate is fixed, so that the same version prints the same page.
var manDate = time.Date(2026, time.November, 21, 0, 0, 0, 0, time.UTC)

func newManCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "man [COMMAND]",
		Short:   "Print a manual page",
		Example: "  artihook man | man -l -\n  artihook man history show > artihook-history-show.1",
		RunE: func(cmd *cobra.Command, args []string) error {
			page, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usagef("unknown command %q", strings.Join(args, " "))
			}
			page.DisableAutoGenTag = true
			return doc.GenMan(page, &doc.GenManHeader{Section: "1", Source: "artihook " + version, Manual: "artihook", Date: &manDate}, a.out())
		},
	}
}
