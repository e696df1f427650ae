package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"artihook/cmd/console"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/fixtures/yamlfile"
	"artihook/scenarios/format"

	"github.com/google/go-cmp/cmp"
)

// stage is a folder with the built program and the receivers that the documents name.
type stage struct {
	folder  string // with a folder bin in PATH
	program string // the path of artihook
	env     []string

	addresses   map[string]string // of the receivers, by the address that the documents have for them
	hosts, back *strings.Replacer // from the documents' addresses to the real ones, and back
}

// setStage starts the receivers. Nobody listens at localhost:3999.
func setStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{folder: t.TempDir()}
	s.program = filepath.Join(programFolder(t), "artihook")
	old := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret(readmeSecret), Scheme: signature.SchemeBody}))
	t.Cleanup(old.Close)
	addresses := map[string]string{
		"localhost:3000": startLeadStore(t, s.folder),
		"localhost:3001": startReceiverOf(t, "https://crm.example"),
		"localhost:3002": strings.TrimPrefix(old.URL, "http://"),
		"localhost:3999": "127.0.0.1:1", // where nobody listens
	}
	s.addresses = addresses
	s.setHosts()
	s.env = append(os.Environ(),
		"XDG_STATE_HOME="+filepath.Join(s.folder, "state"), "ARTIHOOK_SECRET="+readmeSecret, "CRM_SECRET="+readmeSecret,
		pathWith(filepath.Join(s.folder, "bin"), filepath.Dir(s.program)), "GITHUB_ACTIONS=")
	return s
}

// setHosts makes the replacers from the addresses.
func (s *stage) setHosts() {
	var hosts, back []string
	for shown, real := range s.addresses {
		hosts, back = append(hosts, shown, real), append(back, real, shown)
	}
	s.hosts, s.back = strings.NewReplacer(hosts...), strings.NewReplacer(back...)
}

func (s *stage) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(s.folder, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(s.hosts.Replace(text)), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// artihook runs the built program in the folder and gives what it shows, in the words of the documents.
func (s *stage) artihook(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	for i := range args {
		args[i] = s.hosts.Replace(args[i])
	}
	return s.run(t, exec.CommandContext(limited(t), s.program, args...))
}

// script runs lines of a shell in the folder.
func (s *stage) script(t *testing.T, text string, env ...string) (stdout, stderr string, code int) {
	t.Helper()
	command := exec.CommandContext(limited(t), needs(t, "bash"), "-euo", "pipefail", "-c", s.hosts.Replace(text))
	command.Env = append(s.env[:len(s.env):len(s.env)], env...)
	return s.run(t, command)
}

func (s *stage) run(t *testing.T, command *exec.Cmd) (stdout, stderr string, code int) {
	t.Helper()
	var out, talk bytes.Buffer
	command.Dir, command.Stdout, command.Stderr = s.folder, &out, &talk
	if command.Env == nil {
		command.Env = s.env
	}
	err := command.Run()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return s.back.Replace(out.String()), s.back.Replace(talk.String()), code
}

// runScenarioBlocks runs every example of docs/scenarios.md, and its commands in their order.
func runScenarioBlocks(t *testing.T, file string) {
	s := setStage(t)
	captured, err := os.ReadFile("../emitter/payload/testdata/samples/2022-completed.json")
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "bodies/captured.json", string(captured))
	s.write(t, "account/artihook.yaml", "webhooks: [{name: crm, url: 'http://localhost:3000/hook', secret: '${CRM_SECRET}'}]\n")
	blocks := readBlocks(t, file)
	for i := range blocks {
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
		case kind == "text" && rest != "":
			s.compareOutput(t, strings.Fields(rest), b.text)
		default:
			t.Errorf("nothing runs a block of the kind %q:\n%s", b.kind, b.text)
		}
	}
}

var namedExample = regexp.MustCompile(`^# (\S+\.yaml)\n`)

// exampleName is the name that the example's first line gives it.
func exampleName(i int, b block) string {
	if match := namedExample.FindStringSubmatch(b.text); match != nil {
		return match[1]
	}
	return fmt.Sprintf("example-%d.yaml", i)
}

// framed makes a whole scenario of an example that is a list of steps or a part of a file. before are steps that an
// example takes for granted.
func framed(text, before string) string {
	switch {
	case strings.HasPrefix(text, "- "):
		return "name: an example\nsteps:\n" + before + text
	case strings.HasPrefix(text, "name:"), strings.HasPrefix(text, "#"):
		return text
	}
	return "name: an example\n" + text + "steps:\n- start: {}\n- answer: 1\n- complete:\n"
}

// runExample runs one example as a user would.
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

// compareOutput runs an example once more and holds what it shows against the document, but for times and numbers.
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

// TestDocsShowEveryKey finds a key of the format that no example of docs/scenarios.md has.
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
		t.Errorf("the format has only %d keys?", len(k.all))
	}
}

// keys are those of the format, as "Defaults.url".
type keys struct{ all, shown map[string]bool }

// keyed lists the fields of a struct that are keys of the file; those of embedded structs too.
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
			if field := v.FieldByIndex(f.Index); given(field) {
				k.shown[key] = true
				k.note(field)
			}
		}
		if value := v.FieldByName("Value"); value.IsValid() && len(fields) == 0 {
			k.note(value)
		}
	}
}

// given says whether a key is in the file.
func given(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil()
	case reflect.Slice:
		return v.Len() > 0
	}
	place, ok := v.FieldByName("Place").Interface().(yamlfile.Place)
	return ok && place.Given()
}
