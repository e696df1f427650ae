package format

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"artihook/fixtures/yamlfile"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// filesIn returns the scenarios of a folder of testdata, at least one.
func filesIn(t testing.TB, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.y*ml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenario in %s: %v", folder, err)
	}
	return files
}

func fileText(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parseGood(t testing.TB, name string) *File {
	t.Helper()
	f, err := Parse(name, fileText(t, name))
	if err != nil {
		t.Fatalf("a valid file has problems:\n%v", err)
	}
	return f
}

// TestGoodFilesUseEveryKey checks that the good files together use every key of every type.
func TestGoodFilesUseEveryKey(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, name := range filesIn(t, "good") {
		collectKeys(reflect.ValueOf(parseGood(t, name)).Elem(), used)
	}
	for _, typ := range structs(reflect.TypeFor[File](), nil) {
		for _, f := range fieldsOf(typ) {
			if !used[typ.Name()+"."+f.key] {
				t.Errorf("no good file uses %s of %s", f.key, typ.Name())
			}
		}
	}
}

func collectKeys(v reflect.Value, used map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			collectKeys(v.Elem(), used)
		}
	case reflect.Slice:
		for i := range v.Len() {
			collectKeys(v.Index(i), used)
		}
	case reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			if !v.FieldByIndex(f.index).IsZero() {
				used[v.Type().Name()+"."+f.key] = true
			}
			collectKeys(v.FieldByIndex(f.index), used)
		}
		if len(fieldsOf(v.Type())) == 0 && v.Type().PkgPath() == reflect.TypeFor[File]().PkgPath() {
			for i := range v.NumField() {
				collectKeys(v.Field(i), used)
			}
		}
	}
}

// structs returns the types with keys that are reachable from t.
func structs(t reflect.Type, seen []reflect.Type) []reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || slices.Contains(seen, t) || t.PkgPath() != reflect.TypeFor[File]().PkgPath() {
		return seen
	}
	if len(fieldsOf(t)) > 0 || strings.HasPrefix(t.Name(), "Entry[") {
		seen = append(seen, t)
	}
	for i := range t.NumField() {
		seen = structs(t.Field(i).Type, seen)
	}
	return seen
}

func TestBadFiles(t *testing.T) {
	t.Parallel()
	for _, name := range filesIn(t, "bad") {
		f, err := Parse(name, fileText(t, name))
		if f != nil || err == nil {
			t.Errorf("%s has no problems", name)
			continue
		}
		got := strings.ReplaceAll(err.Error(), filepath.Dir(name)+string(filepath.Separator), "") + "\n"
		golden := strings.TrimSuffix(name, filepath.Ext(name)) + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(string(fileText(t, golden)), got); diff != "" {
			t.Errorf("%s: problems (-want +got)\n%s", name, diff)
		}
	}
}

// TestProblemsKeepSecrets checks that a problem of a secret, or of a file that is not valid YAML, does not quote the secret.
func TestProblemsKeepSecrets(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"name: a\ndefaults: {secret: 'hush ${never closed'}\nsteps: [{wait: 1s}]\n",
		"name: a\ndefaults: {secret: [hush]}\nsteps: [{wait: 1s}]\n",
		"name: a\ndefaults:\n  secret: \"hush\n",
		"name: a\ndefaults:\n  secret: hush: hush\n",
	} {
		_, err := Parse("a.yaml", []byte(text))
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTypedValues(t *testing.T) {
	t.Parallel()
	f := parseGood(t, filepath.Join("testdata", "good", "every-action.yaml"))
	if f.Defaults.Timeout.Value != 90*time.Second || f.Defaults.Seed.Value != 7 || f.Defaults.Now.Value.Year() != 2026 {
		t.Errorf("defaults: %+v", f.Defaults)
	}
	if got := string(f.Defaults.Secret.Value.Bytes()); got != "${SECRET}" {
		t.Errorf("the secret is %q", got)
	}
	var fields []string
	for _, a := range f.Steps[0].Start.Answers {
		fields = append(fields, a.Key+"="+a.Value.Value)
	}
	if diff := cmp.Diff([]string{"Zebra=${company}", "Apple=4.50", "Mango=true"}, fields); diff != "" {
		t.Errorf("answers lost their order or text: %s", diff)
	}
	if f.Steps[1].Answer.Next.Value != 2 || len(f.Steps[2].Answer.Fields) != 2 {
		t.Errorf("answers: %+v, %+v", f.Steps[1].Answer, f.Steps[2].Answer)
	}
	var actions []string
	for _, s := range f.Steps {
		actions = append(actions, s.Action)
	}
	want := "start answer answer start complete abandon send send send resend wait repeat parallel for_each probe probe"
	if got := strings.Join(actions, " "); got != want {
		t.Errorf("actions %s", got)
	}
	set := f.Steps[6].Send.Set
	if set[0].Value.JSON != "1" || set[1].Value.JSON != `{"b":[1,null,"x"],"a":1E+2}` {
		t.Errorf("set: %+v", set)
	}
	if diff := cmp.Diff([]yamlfile.Place{{File: f.File, Line: 28, Column: 5}, {File: f.File, Line: 28, Column: 13}}, []yamlfile.Place{f.Steps[1].Place, f.Steps[1].Answer.Next.Place}); diff != "" {
		t.Errorf("places: %s", diff)
	}
}

func BenchmarkParse(b *testing.B) {
	var text strings.Builder
	text.WriteString("name: ten steps\nsteps:\n")
	for range 5 {
		text.WriteString("  - start: {bot: sales}\n    expect: {status: 204, within: 1s}\n  - complete:\n")
	}
	data := []byte(text.String())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("ten.yaml", data); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, folder := range []string{"good", "bad"} {
		for _, name := range filesIn(f, folder) {
			f.Add(fileText(f, name))
		}
	}
	f.Add([]byte("name: é\r\nsteps:\r\n\t- x: |\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("fuzz.yaml", data)
		if (file == nil) == (err == nil) {
			t.Fatalf("file %v, error %v", file, err)
		}
		if err == nil {
			return
		}
		var diags yamlfile.Diagnostics
		if !errors.As(err, &diags) || len(diags) == 0 {
			t.Fatalf("want problems, got %v", err)
		}
		lines := strings.Split(string(data), "\n")
		for _, one := range diags {
			if one.File != "fuzz.yaml" || one.Line < 1 || one.Line > len(lines) || one.Column < 1 ||
				one.Column > utf8.RuneCountInString(lines[one.Line-1])+1 {
				t.Errorf("a problem outside of the file: %v", one)
			}
			if one.Problem == "" || strings.ContainsAny(one.Error(), "\n\r") {
				t.Errorf("a problem that is empty or has several lines: %q", one.Error())
			}
		}
	})
}

func TestEveryProblemHasAPlace(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"defaults: {webhooks: [null, null]}", "defaults: {webhooks: [{}, {}]}", "name: a\nsteps: [null, null]", "vars: {'': null}", "", "[]",
		"name: a\nsteps: [{parallel: [null, null]}]", "name: a\nsteps: [{start: {visitor: null}, expect: null, capture: {a: null}}]",
	} {
		_, err := Parse("x.yaml", []byte(text))
		var diags yamlfile.Diagnostics
		if !errors.As(err, &diags) {
			t.Errorf("%q: %v", text, err)
		}
		for _, f := range diags {
			if f.File != "x.yaml" || f.Line < 1 || f.Column < 1 {
				t.Errorf("%q: %v", text, f)
			}
		}
	}
}
