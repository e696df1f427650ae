package format

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestConfine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"steps: [{start: {}}, {answer: 2}, {complete: }]":                                               "",
		"defaults: {bot: travel}\nsteps: [{start: {bot: sales}}]":                                       "",
		"steps: [{probe: {get: 'http://localhost/x'}}]":                                                 "",
		"steps: [{send: {body: '{}'}}]":                                                                 "",
		"steps: [{probe: {run: 'cat /etc/passwd'}}]":                                                    "run cannot name a command",
		"steps: [{repeat: {times: 2, steps: [{probe: {run: id}}]}}]":                                    "run cannot name a command",
		"steps: [{parallel: [{steps: [{for_each: {leads: 1, steps: [{probe: {run: id}}]}}]}]}]":         "run cannot name a command",
		"steps: [{send: {file: /etc/passwd}}]":                                                          "file cannot name a file",
		"data: rows.csv\nsteps: [{start: {}}]":                                                          "data cannot name a file",
		"include: [other.yaml]\nsteps: [{start: {}}]":                                                   "include cannot name files",
		"defaults: {bot: ./bot.yaml}\nsteps: [{start: {}}]":                                             "bot cannot name the file of a bot",
		"vars: {b: /etc/passwd}\nsteps: [{start: {bot: '${b}'}}]":                                       "bot cannot name the file of a bot, or a variable",
		"steps: [{start: {}}, {probe: {run: id}, name: a}, {send: {file: x}}]\ndescription: all faults": "file cannot name a file",
	} {
		f, err := Parse("text", []byte("name: x\n"+text+"\n"))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		err = f.Confine()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	for _, name := range Library() {
		f, err := LoadLibrary(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Confine(); err != nil {
			t.Errorf("the ready scenario %s: %v", name, err)
		}
	}
}

// TestConfineKnowsAllKeys checks that a new key that names files or commands is not forgotten.
func TestConfineKnowsAllKeys(t *testing.T) {
	t.Parallel()
	for key, doc := range allDocs(t) {
		for _, word := range []string{"file of", " files", "this file", "command"} {
			known := outsideKeys[key] != "" || slices.Contains([]string{"bot", "stdin", "exit"}, key) // stdin and exit need run
			if strings.Contains(strings.ToLower(doc), word) && !known {
				t.Errorf("the key %s is about a %s: %q; add it to outsideKeys, or change its text", key, word, doc)
			}
		}
	}
}

// allDocs returns the texts of all keys.
func allDocs(t *testing.T) map[string]string {
	t.Helper()
	docs := map[string]string{}
	var add func(reflect.Type)
	seen := map[reflect.Type]bool{}
	add = func(in reflect.Type) {
		for in.Kind() == reflect.Pointer || in.Kind() == reflect.Slice {
			in = in.Elem()
		}
		if in.Kind() != reflect.Struct || seen[in] {
			return
		}
		seen[in] = true
		for _, f := range fieldsOf(in) {
			docs[f.key] += f.doc + "\n"
			add(in.FieldByIndex(f.index).Type)
		}
	}
	add(reflect.TypeFor[File]())
	if len(docs) < 40 {
		t.Fatalf("found %d keys", len(docs))
	}
	return docs
}

// TestConfinedReadsNothing checks that no file is read, however it is named.
func TestConfinedReadsNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "bot.yaml")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Parse(filepath.Join(folder, "text"), []byte("name: x\nsteps: [{start: {}}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.ReadFile(file); err != nil {
		t.Fatal(err)
	}
	if err := f.Confine(); err != nil {
		t.Fatal(err)
	}
	if content, err := f.ReadFile(file); err == nil {
		t.Errorf("read %q", content)
	}
}
