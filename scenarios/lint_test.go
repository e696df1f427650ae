package scenarios

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"artihook/fixtures/yamlfile"
	"artihook/scenarios/format"
)

// lintFiles writes files into a new folder and returns the problems of the scenario main.yaml, without the name of the folder.
func lintFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	loaded, err := format.Load([]string{filepath.Join(dir, "main.yaml")}, "")
	err = yamlfile.Join(err, Lint(t.Context(), loaded, Options{}))
	var diags yamlfile.Diagnostics
	if err != nil && !errors.As(err, &diags) {
		t.Fatal(err)
	}
	return strings.ReplaceAll(diags.Error(), dir+string(filepath.Separator), "")
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
		"a text":                {doubling + "steps: [{start: {}}]\n", "main.yaml:8:7: this text is longer than 16 MiB with its variables expanded, the limit for one text"},
		"all texts":             {many + "steps: [{start: {}}]\n", "main.yaml:20:8: the texts, variables and bodies of this scenario come to more than 128 MiB, the limit for one scenario"},
		"itself":                {"name: a\nvars: {x: 'a ${x}'}\nsteps: [{start: {}}]\n", `main.yaml:2:11: the variable "x" contains itself`},
		"each other":            {"name: a\nvars: {x: '${y}', y: '${x}'}\nsteps: [{start: {}}]\n", `main.yaml:2:11: the variable "x" contains "y", which cannot be expanded`},
		"repeats":               {repeats + indent + "- start: {}\n", "main.yaml:75:149: with this step the scenario has more than 100000 steps and deliveries, the limit for one scenario"},
		"leads":                 {"name: a\nsteps:\n  - for_each:\n      leads: 1000000\n      steps: [{start: {}}]\n", "main.yaml:4:14: leads: 1000000 is too many; write at most 100000"},
		"leads and steps":       {"name: a\nsteps:\n  - for_each: {leads: 60000, steps: [{start: {}}, {complete: }]}\n", "main.yaml:3:5: with this step the scenario has more than 100000 steps"},
		"duplicates of answers": {"name: a\nsteps:\n  - start: {}\n  - {answer: 1000, duplicate: 1000}\n", "main.yaml:4:5: with this step the scenario has more than 100000 steps"},
		"in parallel":           {"name: a\nsteps:\n  - for_each: {leads: 5000, at_a_time: 5000, steps: [{start: {}}]}\n", "main.yaml:3:5: more than 1000 branches and leads would run in parallel"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := lintFiles(t, map[string]string{"main.yaml": tt.main}); !strings.HasPrefix(got, tt.want) && !strings.Contains(got, "\n"+tt.want) {
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
	got := lintFiles(t, files)
	if want := `cannot be included: the scenario includes more than 100000 files or 128 MiB of them, the limit for one scenario`; strings.Count(got, want) != 1 {
		t.Errorf("got %.1000s", got)
	}
}

func TestFilesOutsideScenario(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "outside.yaml")
	if err := os.WriteFile(outside, []byte("name: outside\nsteps: [{start: {}}, {complete: }]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const rejected = "it is not below the scenario's folder or the working directory; allow another folder with --root"
	for key, text := range map[string]string{
		"include": "name: a\ninclude: ['" + outside + "']\n",
		"file":    "name: a\nsteps: [{send: {file: '" + outside + "'}}]\n",
		"bot":     "name: a\nsteps: [{start: {bot: '" + outside + "'}}]\n",
	} {
		if got := lintFiles(t, map[string]string{"main.yaml": text}); !strings.Contains(got, rejected) {
			t.Errorf("%s: got %s", key, got)
		}
	}
	dir := t.TempDir()
	main := filepath.Join(dir, "main.yaml")
	if err := os.WriteFile(main, []byte("name: a\ninclude: [link.yaml]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link.yaml")); err != nil {
		t.Skip("symbolic links cannot be created:", err)
	}
	if _, err := format.Load([]string{main}, ""); err == nil || !strings.Contains(err.Error(), rejected) {
		t.Errorf("through a link: %v", err)
	}
	if files, err := format.Load([]string{main}, filepath.Dir(outside)); err != nil || len(files[0].Steps) != 2 {
		t.Errorf("below root: %v", err)
	}
}

func TestIncludeQuotesNoOtherFile(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"passwords": "root:$6$hunter2:19000::\ndaemon:*:19000::\n",
		"variables": "SECRET=hunter2\n",
		"YAML":      "name: x\nhunter2: y\n",
		"broken":    "name: [hunter2\n",
		"a list":    "- hunter2\n",
	} {
		got := lintFiles(t, map[string]string{"main.yaml": "name: a\ninclude: [other]\n", "other": text})
		if got == "" || strings.Contains(got, "hunter2") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestIrregularFiles(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no /dev/zero")
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
		files, err := format.Load([]string{main}, "/dev")
		if err = yamlfile.Join(err, Lint(t.Context(), files, Options{})); err == nil || !strings.Contains(err.Error(), "it is not a regular file") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestLintPartialFile checks that a file with unknown keys is validated as far as possible, and that consequences of other
// problems are not reported.
func TestLintPartialFile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, steps string
		want        []string
	}{
		{
			"words, variables, files, bots", `
  - strat: {}
  - start: {bot: ./none.yaml}
  - answer: 1
    stale: 1
  - send: {body: "${missing}"}
  - send: {file: none.json, action: creatd}
  - send: {action: creatd}
  - for_each: {leads: 99999999, steps: [{start: {}}]}
`, []string{"3:5 unknown key", "4:18 \"none.yaml\" cannot be read", "7:18 the variable \"missing\"", "8:29 action cannot be used with", "9:20 unknown action", "10:23 leads"},
		},
		{
			"consequences of a step that could not be read", `
  - start: {}
    id: first
    exepct: {status: 2xx}
  - answer: 2
  - answer: 1
    stale: 2
  - resend: first
  - probe: {get: 'http://localhost/${lead}'}
  - complete:
`, []string{"5:5 unknown key"},
		},
		{
			"variables of a misspelt key", `
  - start: {}
    captrue: {id: {header: X-Id}}
  - send: {body: "${id}"}
  - send: {file: none.json}
`, []string{"4:5 unknown key", "6:18 \"none.json\""},
		},
	}
	for _, tt := range tests {
		name := filepath.Join(t.TempDir(), "bad.yaml")
		if err := os.WriteFile(name, []byte("name: bad\nsteps:"+tt.steps), 0o644); err != nil {
			t.Fatal(err)
		}
		files, err := format.Load([]string{name}, "")
		var diags yamlfile.Diagnostics
		if err = yamlfile.Join(err, Lint(t.Context(), files, Options{})); !errors.As(err, &diags) || len(diags) != len(tt.want) {
			t.Fatalf("%s: got\n%v", tt.name, err)
		}
		for i, f := range diags {
			if got := fmt.Sprintf("%d:%d %s", f.Line, f.Column, strings.ReplaceAll(f.Problem, filepath.Dir(name)+string(filepath.Separator), "")); !strings.HasPrefix(got, tt.want[i]) {
				t.Errorf("%s: got %s, want %s", tt.name, got, tt.want[i])
			}
		}
	}
}

// FuzzLint checks that Lint can handle the readable parts of any file.
func FuzzLint(f *testing.F) {
	seeds, err := filepath.Glob("format/testdata/*/*.y*ml")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range seeds {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("steps: [{complete: , stale: 1}, {parallel: []}, {repeat: {times: 2}}, {for_each: {leads: 9999999999}}, {probe: }]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		name := filepath.Join(t.TempDir(), "fuzz.yaml")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		files, _ := format.Load([]string{name}, "")
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // a file can have a million steps
		defer cancel()
		var diags yamlfile.Diagnostics
		if err := Lint(ctx, files, Options{}); err != nil && !errors.As(err, &diags) && ctx.Err() == nil {
			t.Errorf("not diagnostics but %v", err)
		}
	})
}

// TestRunLargeSet runs the files of a large set, which are parsed again when they run.
func TestRunLargeSet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 103 {
		text := fmt.Sprintf("name: number %d\nsteps: [{start: {}}, {complete: }]", i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.yaml", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := format.Load([]string{dir}, "")
	if err != nil || len(files) != 103 || files[99].Steps == nil || files[100].Steps != nil {
		t.Fatalf("%d files, %v", len(files), err)
	}
	c := startCRM(t, testSecret)
	rep, err := Run(t.Context(), files[99:], c.options(t))
	if err != nil || rep.Count().Passed != 8 {
		t.Errorf("%v, %v", outcomes(rep), err)
	}
}
