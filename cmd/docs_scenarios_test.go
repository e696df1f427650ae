package cmd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"artihook/cmd/console"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios/format"

	"github.com/google/go-cmp/cmp"
)

// runScenarioBlocks runs every example of docs/scenarios.md, and its commands in their order.
func runScenarioBlocks(t *testing.T, file string) {
	s := setStage(t)
	s.writeCaptured(t, "bodies/captured.json")
	s.write(t, "account/artihook.yaml", "webhooks: [{name: crm, url: 'http://localhost:3000/hook', secret: '${CRM_SECRET}'}]\n")
	blocks := readBlocks(t, file)
	for i := range blocks {
		if blocks[i].kind == "csv" {
			s.write(t, "leads.csv", blocks[i].text)
		}
		if strings.HasPrefix(blocks[i].kind, "yaml") {
			s.write(t, exampleName(i, blocks[i]), framed(blocks[i].text, ""))
		}
	}
	for i, b := range blocks {
		kind, rest, _ := strings.Cut(b.kind, " ")
		switch {
		case kind == "sh" && rest == "":
			if stdout, stderr, code := s.script(t, b.text); code != 0 {
				t.Errorf("%s\nexit code %d\n%s%s", b.text, code, stdout, stderr)
			}
		case b.kind == "yaml", b.kind == "yaml fails":
			s.runExample(t, exampleName(i, b), b)
		case b.kind == "csv", rest == "outside":
		case kind == "text" && rest != "":
			s.compareOutput(t, strings.Fields(rest), b.text)
		default:
			t.Errorf("nothing runs a block of the kind %q:\n%s", b.kind, b.text)
		}
	}
}

var namedExample = regexp.MustCompile(`^# (\S+\.yaml)\n`)

// exampleName returns the name in the first line of an example, otherwise one with its number.
func exampleName(i int, b block) string {
	if match := namedExample.FindStringSubmatch(b.text); match != nil {
		return match[1]
	}
	return fmt.Sprintf("example-%d.yaml", i)
}

// framed returns a complete scenario for an example that is a list of steps or a part of a file. before has the steps that an
// example needs before its own.
func framed(text, before string) string {
	switch {
	case strings.HasPrefix(text, "- "):
		return "name: an example\nsteps:\n" + before + text
	case strings.HasPrefix(text, "name:"), strings.HasPrefix(text, "#"):
		return text
	}
	return "name: an example\n" + text + "steps:\n- start: {}\n- answer: 1\n- complete:\n"
}

// runExample runs one example.
func (s *stage) runExample(t *testing.T, name string, b block) {
	t.Helper()
	path := filepath.Join(s.folder, name)
	files, err := format.Load([]string{path}, "")
	if err != nil && strings.Contains(err.Error(), "no lead was started before this step") {
		s.write(t, name, framed(b.text, "- start: {}\n"))
		files, err = format.Load([]string{path}, "")
	}
	if err != nil {
		t.Errorf("%s\n%v", b.text, err)
		return
	}
	args := []string{"run", name}
	switch d := files[0].Defaults; {
	case d != nil && d.Webhook.Given():
		args = append(args, "--config", "account/artihook.yaml")
	case d == nil || !d.URL.Given():
		args = append(args, "--url", "localhost:3000/hook")
	}
	want := console.ExitOK
	if b.kind == "yaml fails" {
		want = console.ExitFailed
	}
	if stdout, stderr, code := s.artihook(t, args...); code != want {
		t.Errorf("%s\nexit code %d, want %d\n%s%s", b.text, code, want, stdout, stderr)
	}
}

var (
	durations       = regexp.MustCompile(`\d+(\.\d+)?(ns|µs|ms|s)\b`)
	deliveryNumbers = regexp.MustCompile(`#\d+`)
)

// compareOutput runs an example again and compares its output with the document, without times and numbers.
func (s *stage) compareOutput(t *testing.T, args []string, want string) {
	t.Helper()
	plain := func(text string) string {
		return deliveryNumbers.ReplaceAllString(durations.ReplaceAllString(text, "T"), "#N")
	}
	stdout, stderr, _ := s.artihook(t, append([]string{"run", "--url", "localhost:3000/hook", "--color", "never"}, args...)...)
	if diff := cmp.Diff(plain(want), plain(stdout)); diff != "" {
		t.Errorf("the output of %v (-document +real)\n%s%s", args, diff, stderr)
	}
}

// TestDocsScenariosAreShort checks that the description of the language stays readable in one go.
func TestDocsScenariosAreShort(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(text, []byte("\n")); lines > 900 {
		t.Errorf("docs/scenarios.md has %d lines, want at most 900", lines)
	}
}

// TestDocsShowEveryKey reports each key of the format that no example of docs/scenarios.md has.
func TestDocsShowEveryKey(t *testing.T) {
	t.Parallel()
	k := keys{all: map[string]bool{}, shown: map[string]bool{}}
	k.gather(reflect.TypeFor[format.File]())
	for i, b := range readBlocks(t, "../docs/scenarios.md") {
		if !strings.HasPrefix(b.kind, "yaml") {
			continue
		}
		f, err := format.Parse(exampleName(i, b), []byte(framed(b.text, "- start: {}\n")))
		if err != nil {
			t.Errorf("%s\n%v", b.text, err)
			continue
		}
		k.note(reflect.ValueOf(f))
	}
	for key := range k.all {
		if !k.shown[key] {
			t.Errorf("no example shows %s", key)
		}
	}
	if len(k.all) < 60 {
		t.Errorf("only %d keys found", len(k.all))
	}
}

// keys are the keys of the format in the form "Defaults.url", and those that an example has.
type keys struct{ all, shown map[string]bool }

// keyed returns the fields of a struct that are keys of the file, by key. It includes those of embedded structs.
func keyed(t reflect.Type) map[string]reflect.StructField {
	fields := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		if key := f.Tag.Get("yaml"); key != "" {
			fields[t.Name()+"."+key] = f
		}
	}
	return fields
}

func (k *keys) gather(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		k.gather(t.Elem())
	case reflect.Struct:
		fields := keyed(t)
		for key, f := range fields {
			if !k.all[key] {
				k.all[key] = true
				k.gather(f.Type)
			}
		}
		if value, ok := t.FieldByName("Value"); ok && len(fields) == 0 { // an entry of a map
			k.gather(value.Type)
		}
	}
}

func (k *keys) note(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			k.note(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			k.note(v.Index(i))
		}
	case reflect.Struct:
		fields := keyed(v.Type())
		for key, f := range fields {
			if field := v.FieldByIndex(f.Index); isSet(field) {
				k.shown[key] = true
				k.note(field)
			}
		}
		if value := v.FieldByName("Value"); value.IsValid() && len(fields) == 0 {
			k.note(value)
		}
	}
}

// isSet reports whether a key is in the file.
func isSet(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil()
	case reflect.Slice:
		return v.Len() > 0
	}
	place, ok := v.FieldByName("Place").Interface().(yamlfile.Place)
	return ok && place.Given()
}
