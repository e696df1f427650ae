package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"artihook/cmd/settings"
)

// flagGroups lists the flags of each subject, in the order of the help. A flag that is in no group is special to its command and
// comes first. Flags that select deliveries are the group of filters.
var flagGroups = []struct {
	title string
	flags []string
}{
	{"Target", []string{"url", "webhook", "all", "sign-url", "header", "method"}},
	{"Signature", []string{"secret", "secret-file", "scheme", "signature", "also-url", "no-signature", "tamper"}},
	{"Lead", []string{"action", "lead", "leads", "events", "abandon", "bot", "answer", "edition", "set", "unset", "data", "seed", "now"}},
	{"Connection", []string{
		"timeout", "retries", "retry-delay", "proxy", "insecure", "ca-cert", "cert", "key", "wait-for", "wait-timeout",
	}},
	{filterGroup, nil},
	{"History", []string{"history", "no-history"}},
	{"Output", []string{
		"output", "verbose", "quiet", "color", "dry-run", "as", "report-html", "report-json", "report-junit", "report-tap",
	}},
	{"General", []string{"config", "help", "version"}},
}

const filterGroup = "Filter"

// flagGroup is the flags of a command on one subject; the title is "" for those that are special to the command.
type flagGroup struct {
	title string
	flags []*pflag.Flag
}

// groupFlags returns the visible flags in groups, without empty groups.
func groupFlags(flags *pflag.FlagSet) []flagGroup {
	groups := []flagGroup{{}}
	for _, g := range flagGroups {
		groups = append(groups, flagGroup{title: g.title})
	}
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			i := groupOf(f) + 1
			groups[i].flags = append(groups[i].flags, f)
		}
	})
	return slices.DeleteFunc(groups, func(g flagGroup) bool { return len(g.flags) == 0 })
}

// groupOf returns the index of a flag's group in flagGroups, or -1.
func groupOf(f *pflag.Flag) int {
	for i, g := range flagGroups {
		if settings.IsFilter(f) && g.title == filterGroup || !settings.IsFilter(f) && slices.Contains(g.flags, f.Name) {
			return i
		}
	}
	return -1
}

// row is a line of the help: a name and its description.
type row struct{ name, text string }

// reference holds the sections of the root's help and of the manual besides commands and flags.
var reference = []struct {
	title string
	rows  []row
}{
	{"Exit status", []row{
		{"0", "All went well"},
		{"1", "A delivery, an expectation or a check failed"},
		{"2", "Wrong usage or a bad file. Nothing was sent"},
		{"3", "Artihook itself could not work, for example because the history is not writable"},
		{"130", "Interrupted"},
	}},
	{"Environment", []row{
		{"ARTIHOOK_SECRET", "The shared secret. The command line of a process is visible to others, its environment is not"},
		{"ARTIHOOK_…", "Every other flag, without those that select deliveries: ARTIHOOK_RETRY_DELAY sets --retry-delay"},
		{"XDG_STATE_HOME", "The directory of the history (default ~/.local/state, or that of the operating system)"},
		{"HTTPS_PROXY", "The proxy for https URLs. HTTP_PROXY is that for http URLs. NO_PROXY excludes hosts; this machine is always excluded"},
		{"NO_COLOR", "Not empty: no colour and no progress"},
		{"FORCE_COLOR", "Not empty, 0 or false: colour without a terminal. CLICOLOR_FORCE does the same"},
		{"COLUMNS", "The width of the help (default that of the terminal)"},
		{"GITHUB_ACTIONS", "true: failures become annotations, and the result and the reports become outputs of the step"},
	}},
	{"Files", []row{
		{"artihook.yaml", "Webhooks and defaults, in the working directory or above it, up to the root of the repository or the home directory. artihook.yml is read too. It has lines such as webhooks: [{name: crm, url: localhost:3000/hook, secret: s3cret}]"},
		{"artihook/history.db", "The history, in the state directory. --history names another file"},
	}},
}

// setHelp makes all commands print their help in the form of printHelp.
func setHelp(a *app, root *cobra.Command) {
	root.PersistentFlags().BoolP("help", "h", false, "Print this help")
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		if unknownTopic(cmd) != nil {
			return // Run reports the error
		}
		fmt.Fprint(a.printer.Out, helpText(cmd, a.printer.Width()))
	})
}

// helpText returns the help of a command in lines of at most width characters.
func helpText(cmd *cobra.Command, width int) string {
	cmd.InitDefaultHelpFlag() // merges the flags of all commands into those of the command
	b := &strings.Builder{}
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	long = strings.ReplaceAll(long, "\t", "  ") // cobra's own commands
	fmt.Fprintf(b, "%s\n", wrap(long, 0, width))
	fmt.Fprint(b, "\nUsage:\n")
	if cmd.Runnable() && cmd.HasParent() {
		fmt.Fprintf(b, "  %s\n", cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(b, "  %s <command> [flags]\n", cmd.CommandPath())
	}
	if cmd.HasExample() {
		fmt.Fprintf(b, "\nExamples:\n%s\n", cmd.Example)
	}
	writeRows(b, "Commands", commandRows(cmd), width)
	for _, g := range groupFlags(cmd.Flags()) {
		writeRows(b, strings.TrimSpace(g.title+" flags"), flagRows(g.flags), width)
	}
	if !cmd.HasParent() {
		for _, section := range reference {
			writeRows(b, section.title, section.rows, width)
		}
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(b, "\n%s <command> --help describes a command.\n", cmd.CommandPath())
	}
	return b.String()
}

func commandRows(cmd *cobra.Command) (rows []row) {
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			rows = append(rows, row{sub.Name(), sub.Short})
		}
	}
	return rows
}

// flagRows returns a row for each flag. Names align behind the letters, which few flags have.
func flagRows(flags []*pflag.Flag) (rows []row) {
	for _, f := range flags {
		name, text := describeFlag(f)
		if f.Shorthand == "" {
			name = "    " + name
		}
		rows = append(rows, row{name, text})
	}
	return rows
}

// describeFlag returns the names of a flag with the placeholder of its value, such as "-o, --output text|json", and its usage with the
// default.
func describeFlag(f *pflag.Flag) (name, text string) {
	placeholder, text := pflag.UnquoteUsage(f)
	if len(placeholder) > widestChoice {
		text += ". The words are " + strings.ReplaceAll(placeholder, "|", ", ")
		placeholder = "WORD"
	}
	name = "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	if placeholder != "" {
		name += " " + placeholder
	}
	switch f.DefValue {
	case "", "0", "false", "[]":
	default:
		text += " (default " + f.DefValue + ")"
	}
	return name, text
}

// widestChoice is the longest list of words that the first column of the help shows.
const widestChoice = 40

// widestName is the widest name in the first column of the help. The description of a longer name begins on the next line.
const widestName = 28

// writeRows writes a section of two columns. It writes nothing if there are no rows.
func writeRows(w io.Writer, title string, rows []row, width int) {
	if len(rows) == 0 {
		return
	}
	column := 0
	for _, r := range rows {
		if n := utf8.RuneCountInString(r.name); n <= widestName {
			column = max(column, n)
		}
	}
	if column == 0 {
		column = widestName / 2
	}
	fmt.Fprintf(w, "\n%s%s:\n", strings.ToUpper(title[:1]), title[1:])
	indent := column + 4 // two before the name, two behind it
	for _, r := range rows {
		name := fmt.Sprintf("  %-*s  ", column, r.name)
		if utf8.RuneCountInString(r.name) > column {
			name = "  " + r.name + "\n" + strings.Repeat(" ", indent)
		}
		fmt.Fprintf(w, "%s%s\n", name, wrap(r.text, indent, width))
	}
}

// wrap breaks the lines of a text so that they end before the column width. All lines but the first begin in the column indent. An
// empty line separates paragraphs. A paragraph that begins with a space is not changed.
func wrap(text string, indent, width int) string {
	margin := "\n" + strings.Repeat(" ", indent)
	paragraphs := strings.Split(text, "\n\n")
	for i, paragraph := range paragraphs {
		if strings.HasPrefix(paragraph, " ") {
			continue
		}
		var b strings.Builder
		used := indent
		for _, word := range strings.Fields(paragraph) {
			n := utf8.RuneCountInString(word)
			switch {
			case b.Len() == 0:
			case used+1+n >= width:
				b.WriteString(margin)
				used = indent
			default:
				b.WriteByte(' ')
				used++
			}
			b.WriteString(word)
			used += n
		}
		paragraphs[i] = b.String()
	}
	return strings.Join(paragraphs, "\n"+margin)
}
