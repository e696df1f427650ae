package cmd

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"

	"github.com/google/go-cmp/cmp"
)

var firstCell = regexp.MustCompile("(?m)^\\| (`.*?) \\|")

// tableNames returns the names in the first column of a table, sorted. Names are in back quotes; values of flags are left out.
func tableNames(table string) []string {
	var names []string
	for _, row := range firstCell.FindAllStringSubmatch(table, -1) {
		for _, name := range inlineCode.FindAllString(row[1], -1) {
			name, _, _ = strings.Cut(strings.Trim(name, "`"), " ")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// section returns the text of a document between two marks.
func section(t *testing.T, file, begin, end string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), begin)
	part, _, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no part between %q and %q", file, begin, end)
	}
	return part
}

func helpOf(t *testing.T, args ...string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "artihook", append(args, "--help")...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, output)
	}
	return string(output)
}

var (
	helpCommands = regexp.MustCompile(`(?ms)^Commands:\n(.*?)\n\n`)
	helpCommand  = regexp.MustCompile(`(?m)^  (\S+)`)
	helpFlag     = regexp.MustCompile(`(?m)^ {2,6}(?:-\w, )?--([\w-]+)`)
)

// subcommands returns the commands that a help text lists, without help itself.
func subcommands(help string) []string {
	var names []string
	for _, match := range helpCommand.FindAllStringSubmatch(helpCommands.FindString(help), -1) {
		if match[1] != "help" {
			names = append(names, match[1])
		}
	}
	slices.Sort(names)
	return names
}

func flagsOf(help string) []string {
	var names []string
	for _, match := range helpFlag.FindAllStringSubmatch(help, -1) {
		names = append(names, match[1])
	}
	slices.Sort(names)
	return names
}

// TestDocumentTables compares the tables of commands, filters, failures, formats, bots, settings and reports with the program.
func TestDocumentTables(t *testing.T) {
	t.Parallel()
	filters := slices.DeleteFunc(flagsOf(helpOf(t, "history", "stats")), func(name string) bool {
		return slices.Contains(append([]string{"help", "history"}, flagsOf(helpOf(t))...), name)
	})
	for i := range filters {
		filters[i] = "--" + filters[i]
	}
	formats := regexp.MustCompile(`--format (\S+)`).FindAllStringSubmatch(helpOf(t, "history", "export"), -1)
	for _, tt := range []struct {
		file, begin, end string
		want             []string
	}{
		{"../README.md", "\n## Commands\n", "\n## ", subcommands(helpOf(t))},
		{"../docs/history.md", "the same filters", "\n### ", filters},
		{"../docs/history.md", "<!-- failures -->", "<!-- end -->", history.FailureNames()},
		{"../docs/history.md", "<!-- exports -->", "<!-- end -->", strings.Split(formats[len(formats)-1][1], "|")},
		{"../docs/bots.md", "<!-- bots -->", "<!-- end -->", readyBots(t)},
		{"../docs/settings.md", "<!-- defaults -->", "<!-- end -->", defaultKeys()},
		{"../docs/ci.md", "<!-- reports -->", "<!-- end -->", reportFlagsOf(helpOf(t, "run"))},
	} {
		slices.Sort(tt.want)
		if diff := cmp.Diff(tt.want, tableNames(section(t, tt.file, tt.begin, tt.end))); diff != "" {
			t.Errorf("the table after %q in %s (-program +document)\n%s", tt.begin, tt.file, diff)
		}
	}
}

// TestSkillNamesFailures checks that docs/agents/SKILL.md has every name of a failure, result of check and exit code.
func TestSkillNamesFailures(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/agents/SKILL.md")
	must(t, err)
	for _, name := range append(history.FailureNames(), "pass", "fail", "skip", "inconclusive") {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("%q is missing", name)
		}
	}
	for _, code := range []int{console.ExitOK, console.ExitFailed, console.ExitUsage, console.ExitTool, console.ExitInterrupted} {
		if !strings.Contains(string(text), fmt.Sprintf("\n| %d | ", code)) {
			t.Errorf("the exit code %d is missing", code)
		}
	}
}

func readyBots(t *testing.T) []string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "artihook", "bots", "-o", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(output)) {
		var bot struct{ Name string }
		if err := json.Unmarshal([]byte(line), &bot); err != nil {
			t.Fatal(err)
		}
		names = append(names, bot.Name)
	}
	return names
}

// defaultKeys returns the keys below defaults in artihook.yaml.
func defaultKeys() []string {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeOf(settings.Config{}.Defaults)) {
		names = append(names, field.Tag.Get("yaml"))
	}
	return names
}

func reportFlagsOf(help string) []string {
	var names []string
	for _, name := range flagsOf(help) {
		if strings.HasPrefix(name, "report-") {
			names = append(names, "--"+name)
		}
	}
	return names
}

var (
	artihookCall = regexp.MustCompile(`\bartihook((?: +[^\s|;&<>()` + "`" + `#]+)+)`)
	commandWord  = regexp.MustCompile(`^[a-z]+$`)
	longFlag     = regexp.MustCompile(`^--([a-z][\w-]*)`)
)

// TestDocsNameRealCommands reports commands and flags in the documents that the program does not have.
func TestDocsNameRealCommands(t *testing.T) {
	t.Parallel()
	commands := map[string][]string{} // flags by command, such as "history show"
	var gather func(path []string)
	gather = func(path []string) {
		help := helpOf(t, path...)
		commands[strings.Join(path, " ")] = flagsOf(help)
		for _, name := range subcommands(help) {
			gather(append(path[:len(path):len(path)], name))
		}
	}
	gather(nil)
	seen := 0
	for _, file := range documentFiles(t) {
		for _, call := range artihookCall.FindAllStringSubmatch(codeOf(t, file), -1) {
			path, words := "", strings.Fields(call[1])
			for len(words) > 0 && commands[strings.TrimSpace(path+" "+words[0])] != nil {
				path, words = strings.TrimSpace(path+" "+words[0]), words[1:]
			}
			if path == "" && commandWord.MatchString(words[0]) {
				t.Errorf("%s: there is no command %q", file, call[0])
			}
			for _, word := range words {
				if flag := longFlag.FindStringSubmatch(word); flag != nil {
					seen++
					if !slices.Contains(commands[path], flag[1]) {
						t.Errorf("%s: artihook %s has no flag --%s", file, path, flag[1])
					}
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d flags found", seen)
	}
}

// codeOf returns the inline code and the command blocks of a document. A command of several lines is joined to one line.
func codeOf(t *testing.T, file string) string {
	t.Helper()
	code := inlineCode.FindAllString(prose(t, file), -1)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range fencedBlocks(string(text)) {
		if strings.HasPrefix(b.kind, "sh") || b.kind == "groovy" || strings.HasPrefix(b.kind, "yaml git") {
			code = append(code, strings.ReplaceAll(b.text, "\\\n", " "))
		}
	}
	return strings.Join(code, "\n")
}
