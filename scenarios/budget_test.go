package scenarios

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// lintFaults writes files into a new folder and returns the faults of the scenario main.yaml, without the folder's name.
func lintFaults(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	loaded, err := Load([]string{filepath.Join(dir, "main.yaml")}, "")
	err = Join(err, Lint(t.Context(), loaded, Options{}))
	var faults Faults
	if err != nil && !errors.As(err, &faults) {
		t.Fatal(err)
	}
	return strings.ReplaceAll(faults.Error(), dir+string(filepath.Separator), "")
}

func TestBudget(t *testing.T) {
	t.Parallel()
	doubling := "name: a\nvars:\n  v0: " + strings.Repeat("x", 1<<20) + "\n"
	for i := 1; i < 10; i++ {
		doubling += fmt.Sprintf("  v%d: ${v%d}${v%d}\n", i, i-1, i-1)
	}
	many := "name: a\nvars:\n  v0: " + strings.Repeat("x", 8<<20) + "\n"
	for i := range 40 {
		many += fmt.Sprintf("  w%d: ${v0}\n", i)
	}
	repeats, indent := "name: a\nsteps:\n", "  "
	for range 40 {
		repeats += indent + "- repeat:\n" + indent + "    times: 2\n" + indent + "    steps:\n"
		indent += "      "
	}
	tests := map[string]struct{ main, want string }{
		"a text":                {doubling + "steps: [{start: {}}]\n", "main.yaml:8:7: this text is longer than 16 MiB with its variables filled in, the limit for one text"},
		"all texts":             {many + "steps: [{start: {}}]\n", "main.yaml:20:8: the texts, variables, bodies and included files of this scenario come to more than 128 MiB, the limit for one scenario"},
		"itself":                {"name: a\nvars: {x: 'a ${x}'}\nsteps: [{start: {}}]\n", `main.yaml:2:11: the variable "x" contains itself`},
		"each other":            {"name: a\nvars: {x: '${y}', y: '${x}'}\nsteps: [{start: {}}]\n", `main.yaml:2:11: the variable "x" contains "y", which cannot be filled in`},
		"repeats":               {repeats + indent + "- start: {}\n", "main.yaml:75:149: with this step the scenario has more than 100000 steps and deliveries, the limit for one scenario"},
		"leads":                 {"name: a\nsteps:\n  - for_each:\n      leads: 1000000\n      steps: [{start: {}}]\n", "main.yaml:4:14: leads: 1000000 is too many; at most 100000"},
		"leads and steps":       {"name: a\nsteps:\n  - for_each: {leads: 60000, steps: [{start: {}}, {complete: }]}\n", "main.yaml:3:5: with this step the scenario has more than 100000 steps"},
		"duplicates of answers": {"name: a\nsteps:\n  - start: {}\n  - {answer: 1000, duplicate: 1000}\n", "main.yaml:4:5: with this step the scenario has more than 100000 steps"},
		"side by side":          {"name: a\nsteps:\n  - for_each: {leads: 5000, at_a_time: 5000, steps: [{start: {}}]}\n", "main.yaml:3:5: more than 1000 branches and leads would run side by side"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := lintFaults(t, map[string]string{"main.yaml": tt.main}); !strings.HasPrefix(got, tt.want) && !strings.Contains(got, "\n"+tt.want) {
				t.Errorf("got %.500s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestBudgetOfIncludes(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 30 {
		files[fmt.Sprintf("f%d.yaml", i)] = fmt.Sprintf("name: f\ninclude: [%s]\n", strings.Repeat(fmt.Sprintf("f%d.yaml, ", i+1), 10))
	}
	files["f30.yaml"] = "name: last\nsteps: [{start: {}}, {complete: }]\n"
	files["main.yaml"] = "name: main\ninclude: [f0.yaml]\nsteps: [{start: {}}]\n"
	got := lintFaults(t, files)
	if want := `cannot be included: the scenario includes more than 100000 files or 128 MiB of them, the limit for one scenario`; strings.Count(got, want) != 1 {
		t.Errorf("got %.1000s", got)
	}
}

func TestNamedFilesStayBelowTheScenario(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "outside.yaml")
	if err := os.WriteFile(outside, []byte("name: outside\nsteps: [{start: {}}, {complete: }]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const refused = "it is neither below the scenario's folder nor below the working directory; --root names another folder"
	for key, text := range map[string]string{
		"include": "name: a\ninclude: ['" + outside + "']\n",
		"file":    "name: a\nsteps: [{send: {file: '" + outside + "'}}]\n",
		"bot":     "name: a\nsteps: [{start: {bot: '" + outside + "'}}]\n",
	} {
		if got := lintFaults(t, map[string]string{"main.yaml": text}); !strings.Contains(got, refused) {
			t.Errorf("%s: got %s", key, got)
		}
	}
	dir := t.TempDir()
	main := filepath.Join(dir, "main.yaml")
	if err := os.WriteFile(main, []byte("name: a\ninclude: [link.yaml]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link.yaml")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if _, err := Load([]string{main}, ""); err == nil || !strings.Contains(err.Error(), refused) {
		t.Errorf("through a link: %v", err)
	}
	if files, err := Load([]string{main}, filepath.Dir(outside)); err != nil || len(files[0].Steps) != 2 {
		t.Errorf("below root: %v", err)
	}
}

func TestIncludesQuoteNothingFromOtherFiles(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"passwords": "root:$6$hunter2:19000::\ndaemon:*:19000::\n",
		"variables": "SECRET=hunter2\n",
		"YAML":      "name: x\nhunter2: y\n",
		"broken":    "name: [hunter2\n",
		"a list":    "- hunter2\n",
	} {
		got := lintFaults(t, map[string]string{"main.yaml": "name: a\ninclude: [other]\n", "other": text})
		if got == "" || strings.Contains(got, "hunter2") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestOnlyRegularFilesAreRead(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("/dev/zero is not on Windows")
	}
	for key, text := range map[string]string{
		"include": "name: a\ninclude: [/dev/zero]\n",
		"file":    "name: a\nsteps: [{send: {file: /dev/zero}}]\n",
		"bot":     "name: a\nsteps: [{start: {bot: /dev/zero}}]\n",
	} {
		main := filepath.Join(t.TempDir(), "main.yaml")
		if err := os.WriteFile(main, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		files, err := Load([]string{main}, "/dev")
		if err = Join(err, Lint(t.Context(), files, Options{})); err == nil || !strings.Contains(err.Error(), "it is not a regular file") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestEveryFaultHasAPlace(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"defaults: {webhooks: [null, null]}", "defaults: {webhooks: [{}, {}]}", "name: a\nsteps: [null, null]", "vars: {'': null}", "", "[]",
		"name: a\nsteps: [{parallel: [null, null]}]", "name: a\nsteps: [{start: {visitor: null}, expect: null, capture: {a: null}}]",
	} {
		_, err := Parse("x.yaml", []byte(text))
		var faults Faults
		if !errors.As(err, &faults) {
			t.Errorf("%q: %v", text, err)
		}
		for _, f := range faults {
			if f.File != "x.yaml" || f.Line < 1 || f.Column < 1 {
				t.Errorf("%q: %v", text, f)
			}
		}
	}
}
