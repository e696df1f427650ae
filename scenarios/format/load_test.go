package format

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"artihook/fixtures/yamlfile"

	"github.com/google/go-cmp/cmp"
)

func TestLoadFolder(t *testing.T) {
	t.Parallel()
	files, err := Load([]string{"testdata/good", "testdata/good/fault-injection.yml", "testdata/include/start.yaml"}, "")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, filepath.Base(f.File))
	}
	want := []string{"every-action.yaml", "expectations.yaml", "fault-injection.yml", "includes.yaml", "matchers.yaml", "runs.yaml", "visitor.yaml", "webhooks.yaml", "start.yaml"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestLoadIncludes(t *testing.T) {
	t.Parallel()
	files, err := Load([]string{"testdata/good/includes.yaml"}, "")
	if err != nil {
		t.Fatal(err)
	}
	f := files[0]
	if len(f.Steps) != 3 || f.Steps[0].Action != "start" || filepath.Base(f.Steps[0].File) != "start.yaml" {
		t.Errorf("steps: %+v", f.Steps)
	}
	got := map[string]string{}
	for _, v := range f.Vars {
		got[v.Key] = v.Value.Value
	}
	if diff := cmp.Diff(map[string]string{"own": "mine", "more": "x"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadProblems(t *testing.T) {
	t.Parallel()
	_, err := Load([]string{"testdata/cycle", "testdata/cycle/none.yaml", "testdata/bad/empty.yaml", t.TempDir()}, "")
	var diags yamlfile.Diagnostics
	if !errors.As(err, &diags) {
		t.Fatalf("got %v", err)
	}
	got := filepath.ToSlash(err.Error())
	for _, want := range []string{
		`a.yaml:3:5: "b.yaml" cannot be included: it includes itself`,
		`a.yaml:4:5: "missing.yaml" cannot be included: there is no such file`,
		`a.yaml:7:13: no step has the id "nothing"`,
		`b.yaml:2:11: "a.yaml" cannot be included: it includes itself`,
		`b.yaml:4:5: unknown key "wat" in a step; did you mean "wait"?`,
		`none.yaml:1:1: the scenario cannot be read: there is no such file`,
		`bad/empty.yaml:1:1: the file is empty`,
		`the folder has no scenario`,
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%d times %q in\n%s", strings.Count(got, want), want, got)
		}
	}
}

// TestLoadLargeSet checks that Load keeps only the texts of the last scenarios, and that Whole parses them again.
func TestLoadLargeSet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range maxParsed + 3 {
		text := fmt.Sprintf("name: number %d\ninclude: [more/start.yaml]\nsteps: [{complete: }]", i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.yaml", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "more"), 0o755), os.WriteFile(filepath.Join(dir, "more/start.yaml"), []byte("name: start\nsteps: [{start: {}}]"), 0o644)); err != nil {
		t.Fatal(err)
	}
	files, err := Load([]string{dir}, "")
	if err != nil || len(files) != maxParsed+3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	last := files[len(files)-1]
	if last.Steps != nil || len(last.Whole().Steps) != 2 || files[0].Whole() != files[0] {
		t.Errorf("the last scenario has %d steps", len(last.Whole().Steps))
	}
}

func TestLoadHostileFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "deep.yaml")
	if err := os.WriteFile(name, []byte("name: x\nsteps: "+strings.Repeat("[", 1<<20)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load([]string{name}, ""); err == nil || !strings.Contains(err.Error(), "more than 100 deep") {
		t.Errorf("got %v", err)
	}
}
