package cmd

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"artihook/cmd/console"
)

const actionFolder = "../.github/actions/artihook"

// actionFile is the action.yml of the action.
type actionFile struct {
	Inputs  map[string]struct{ Description string }
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []workflowStep
	}
}

// workflowStep is a step of a workflow or of an action of GitHub.
type workflowStep struct {
	Name, ID, If, Uses, Run, Shell string
	With, Env                      map[string]string
}

// currentActions are the actions of others that workflows and documents may use, in their current major version.
var currentActions = map[string]bool{
	"actions/cache@v6": true, "actions/checkout@v7": true, "actions/setup-go@v7": true, "actions/setup-node@v7": true,
	"actions/upload-artifact@v7": true, "goreleaser/goreleaser-action@v7": true,
}

func readAction(t *testing.T) actionFile {
	t.Helper()
	text, err := os.ReadFile(actionFolder + "/action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a actionFile
	readYAML(t, string(text), &a)
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 || len(a.Inputs) == 0 || len(a.Outputs) == 0 {
		t.Fatalf("got %+v", a)
	}
	return a
}

var expression = regexp.MustCompile(`\$\{\{ (\S+) \}\}`)

// evaluate replaces the expressions of GitHub. An unknown expression is an error.
func evaluate(t *testing.T, text string, context map[string]string) string {
	t.Helper()
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		value, ok := context[expression.FindStringSubmatch(e)[1]]
		if !ok {
			t.Errorf("unknown expression %s", e)
		}
		return value
	})
}

// condition matches the conditions of steps: a value, == or !=, and a text.
var condition = regexp.MustCompile(`^(\S+) (==|!=) '([^']*)'$`)

// holds reports whether a step runs after steps that have not failed. A step that has not run has no outputs.
func (step *workflowStep) holds(t *testing.T, context map[string]string) bool {
	t.Helper()
	if step.If == "" || step.If == "always()" {
		return true
	}
	m := condition.FindStringSubmatch(step.If)
	if m == nil {
		t.Fatalf("unknown condition %q", step.If)
	}
	return (context[m[1]] == m[3]) == (m[2] == "==")
}

type actionRun struct {
	stdout, stderr, summary string
	code                    int
	built                   bool
	outputs                 map[string]string
}

// runAction runs the scripts of the action one after the other, as GitHub does. It skips the steps that use other actions. The
// context has the inputs, and where releases are.
func (s *stage) runAction(t *testing.T, given map[string]string, env ...string) actionRun {
	t.Helper()
	action := readAction(t)
	temp := t.TempDir()
	context := map[string]string{
		"runner.os": "Linux", "runner.arch": "X64", "runner.temp": temp,
		"github.server_url": "http://127.0.0.1:1", "github.action_repository": "your-account/artihook", "github.action_ref": "v0.1.0",
	}
	for name := range action.Inputs {
		context["inputs."+name] = ""
	}
	for name, value := range given {
		if _, known := context[name]; !known {
			t.Fatalf("the action has no input %q", name)
		}
		context[name] = value
	}
	runner := s.setRunner(t, temp)
	ran := actionRun{outputs: map[string]string{}}
	for _, step := range action.Runs.Steps {
		switch {
		case !step.holds(t, context):
			continue
		case step.Uses != "":
			if !currentActions[step.Uses] {
				t.Errorf("unknown action %q", step.Uses)
			}
			for _, value := range step.With {
				evaluate(t, value, context)
			}
			ran.built = true
			continue
		}
		s.runActionStep(t, runner, step, context, env, &ran)
		if ran.code != console.ExitOK {
			break
		}
	}
	for name, output := range action.Outputs {
		if source := expression.FindStringSubmatch(output.Value); source != nil {
			ran.outputs[name] = context[source[1]]
		}
	}
	return ran
}

func (s *stage) runActionStep(t *testing.T, runner *runner, step workflowStep, context map[string]string, env []string, ran *actionRun) {
	t.Helper()
	if step.Shell != "bash" || strings.Contains(step.Run, "${{") {
		t.Errorf("a step without bash, or with an expression in its script:\n%s", step.Run)
	}
	command := exec.CommandContext(limited(t), needs(t, "bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
	command.Env = append(s.env[:len(s.env):len(s.env)], runner.env(t)...)
	command.Env = append(command.Env, env...)
	for name, value := range step.Env {
		command.Env = append(command.Env, name+"="+s.hosts.Replace(evaluate(t, value, context)))
	}
	ran.stdout, ran.stderr, ran.code = s.run(t, command)
	for _, line := range runner.lines(t, "GITHUB_OUTPUT") {
		name, value, _ := strings.Cut(line, "=")
		context["steps."+step.ID+".outputs."+name] = value
	}
	ran.summary = strings.Join(runner.lines(t, "GITHUB_STEP_SUMMARY"), "\n")
	runner.clear(t, "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
}

// runner has the files that GitHub passes to the steps of an action, in variables that name them.
type runner struct{ files, temp, action string }

func (s *stage) setRunner(t *testing.T, temp string) *runner {
	t.Helper()
	action, err := filepath.Abs(actionFolder)
	if err != nil {
		t.Fatal(err)
	}
	return &runner{files: t.TempDir(), temp: temp, action: action}
}

func (r *runner) clear(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.Remove(filepath.Join(r.files, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
	}
}

func (r *runner) env(t *testing.T) []string {
	t.Helper()
	env := []string{"GITHUB_ACTIONS=true", "GITHUB_ACTION_PATH=" + r.action, "RUNNER_TEMP=" + r.temp, "RUNNER_OS=Linux", "RUNNER_ARCH=X64"}
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"} {
		env = append(env, name+"="+filepath.Join(r.files, name))
	}
	path := append(r.lines(t, "GITHUB_PATH"), os.Getenv("PATH")) // without the program of the test: the action installs its own
	return append(env, "PATH="+strings.Join(path, string(os.PathListSeparator)))
}

func (r *runner) lines(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.files, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

// serveRelease serves a release of artihook as GitHub does, and returns the URL of the server. The program in its archives is a
// script that runs the program of the test. change edits the files; nil changes nothing.
func (s *stage) serveRelease(t *testing.T, change func(files map[string][]byte)) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the program in the archives is a script of a POSIX shell")
	}
	program := fmt.Appendf(nil, "#!/bin/sh\nexec %q \"$@\"\n", s.program)
	packed := map[string][]byte{
		"artihook_0.1.0_linux_amd64.tar.gz":  tarArchive(t, program),
		"artihook_0.1.0_darwin_arm64.tar.gz": tarArchive(t, program),
		"artihook_0.1.0_windows_amd64.zip":   zipArchive(t, program),
	}
	const folder = "/your-account/artihook/releases/download/v0.1.0/"
	files := map[string][]byte{}
	var checksums bytes.Buffer
	for name, content := range packed {
		files[folder+name] = content
		fmt.Fprintf(&checksums, "%x  %s\n%064d  %[2]s.sbom.json\n", sha256.Sum256(content), name, 0)
	}
	files[folder+"checksums.txt"] = checksums.Bytes()
	if change != nil {
		change(files)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if file, ok := files[r.URL.Path]; ok {
			_, _ = w.Write(file) // a closed connection shows in the client
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func tarArchive(t *testing.T, program []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	w := tar.NewWriter(zipped)
	must(t, w.WriteHeader(&tar.Header{Name: "artihook", Mode: 0o755, Size: int64(len(program))}))
	_, err := w.Write(program)
	must(t, errors.Join(err, w.Close(), zipped.Close()))
	return packed.Bytes()
}

func zipArchive(t *testing.T, program []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	file, err := w.Create("artihook.exe")
	must(t, err)
	_, err = file.Write(program)
	must(t, errors.Join(err, w.Close()))
	return packed.Bytes()
}

// TestReleaseNames checks that a release has the files that the action and the pipelines download.
func TestReleaseNames(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../.goreleaser.yaml")
	must(t, err)
	var release struct {
		Project  string `yaml:"project_name"`
		Checksum struct {
			Name string `yaml:"name_template"`
		}
		Archives []struct {
			Name     string `yaml:"name_template"`
			Wrapped  bool   `yaml:"wrap_in_directory"`
			Override []struct {
				System  string `yaml:"goos"`
				Formats []string
			} `yaml:"format_overrides"`
		}
	}
	readYAML(t, string(text), &release)
	if release.Project != "artihook" || release.Checksum.Name != "checksums.txt" || len(release.Archives) != 1 {
		t.Fatalf("got %+v", release)
	}
	a := release.Archives[0]
	if a.Name != "{{ .ProjectName }}_{{ .Version }}_{{ .Os }}_{{ .Arch }}" || a.Wrapped || fmt.Sprint(a.Override) != "[{windows [zip]}]" {
		t.Errorf("got %+v", a)
	}
}

// TestActionInstalls runs the action with releases that are right, wrong and missing.
func TestActionInstalls(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	needs(t, "curl")
	// changed serves a release in which change replaces the file whose name ends so; nil removes it.
	changed := func(end string, change func([]byte) []byte) string {
		return s.serveRelease(t, func(files map[string][]byte) {
			for name, content := range files {
				if !strings.HasSuffix(name, end) {
					continue
				}
				if files[name] = change(content); files[name] == nil {
					delete(files, name)
				}
			}
		})
	}
	right := s.serveRelease(t, nil)
	forged := changed(".tar.gz", func(archive []byte) []byte { return append(archive, '\n') })
	unlisted := changed("checksums.txt", func(list []byte) []byte { return bytes.ReplaceAll(list, []byte("_linux_"), []byte("_plan9_")) })
	missing := changed(".tar.gz", func([]byte) []byte { return nil })
	for name, tt := range map[string]struct {
		given map[string]string
		code  int
		want  string // of the outputs; "" is a release that was downloaded
	}{
		"the release of the ref":       {map[string]string{"github.server_url": right}, console.ExitOK, ""},
		"the release of the input":     {map[string]string{"github.server_url": right, "github.action_ref": "3f2a1b9", "inputs.version": "v0.1.0"}, console.ExitOK, ""},
		"an archive that was changed":  {map[string]string{"github.server_url": forged}, 1, "the checksum of artihook_0.1.0_linux_amd64.tar.gz is wrong"},
		"another platform":             {map[string]string{"github.server_url": unlisted}, 1, "checksums.txt of v0.1.0 does not list artihook_0.1.0_linux_amd64.tar.gz"},
		"no archive":                   {map[string]string{"github.server_url": missing}, 1, "cannot download"},
		"a version without a release":  {map[string]string{"github.server_url": right, "inputs.version": "v0.2.0"}, 1, "there is no release v0.2.0 in your-account/artihook"},
		"a version that is no release": {map[string]string{"github.server_url": right, "inputs.version": "$(touch pwned)"}, 1, "version must be a release such as v0.1.0"},
		"no server":                    {map[string]string{}, 1, "cannot read http://localhost:3999/"},
	} {
		tt.given["inputs.command"] = "version"
		ran := s.runAction(t, tt.given)
		if all := ran.stdout + ran.stderr; ran.code != tt.code || !strings.Contains(all, tt.want) || ran.built || (tt.want == "") != strings.HasPrefix(ran.stdout, "artihook ") {
			t.Errorf("%s: exit code %d, want %d, built %v\n%s", name, ran.code, tt.code, ran.built, all)
		}
	}
	if _, err := os.Stat(filepath.Join(s.folder, "pwned")); err == nil {
		t.Error("an input was run")
	}
}

// TestActionPlatforms runs the first step of the action as on other platforms.
func TestActionPlatforms(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	needs(t, "curl")
	needs(t, "unzip")
	install := readAction(t).Runs.Steps[0]
	release := s.serveRelease(t, nil)
	for _, tt := range []struct{ system, processor, file, want string }{
		{"macOS", "ARM64", "artihook", ""},
		{"Windows", "X64", "artihook.exe", ""},
		{"Windows", "ARM64", "", "checksums.txt of v0.1.0 does not list artihook_0.1.0_windows_arm64.zip"},
		{"Linux", "ARM", "", "there is no release for ARM"},
	} {
		context := map[string]string{
			"github.server_url": release, "github.action_repository": "your-account/artihook", "github.action_ref": "v0.1.0", "inputs.version": "",
		}
		r := s.setRunner(t, t.TempDir())
		var ran actionRun
		s.runActionStep(t, r, install, context, []string{"RUNNER_OS=" + tt.system, "RUNNER_ARCH=" + tt.processor}, &ran)
		if (ran.code == console.ExitOK) != (tt.want == "") || !strings.Contains(ran.stdout, tt.want) {
			t.Errorf("%s/%s: exit code %d\n%s%s", tt.system, tt.processor, ran.code, ran.stdout, ran.stderr)
		}
		if _, err := os.Stat(filepath.Join(r.temp, "artihook-bin", tt.file)); err != nil {
			t.Error(err)
		}
	}
}

// TestActionBuilds runs the action with refs that have no release.
func TestActionBuilds(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	needs(t, "curl")
	cache, err := exec.CommandContext(limited(t), needs(t, "go"), "env", "GOCACHE").Output()
	must(t, err)
	mod, err := os.ReadFile("../go.mod")
	must(t, err)
	for _, ref := range []string{"3f2a1b9c0d12345678901234567890123456789a", "v0.9.9"} {
		action := readAction(t)
		context := map[string]string{
			"github.server_url": s.serveRelease(t, nil), "github.action_repository": "your-account/artihook", "github.action_ref": ref, "inputs.version": "",
		}
		r := s.setRunner(t, t.TempDir())
		var ran actionRun
		s.runActionStep(t, r, action.Runs.Steps[0], context, nil, &ran)
		if ran.code != console.ExitOK || context["steps.install.outputs.build"] != "true" {
			t.Fatalf("%s: exit code %d, outputs %v\n%s", ref, ran.code, context, ran.stdout+ran.stderr)
		}
		if version := context["steps.install.outputs.go"]; !strings.Contains(string(mod), "\ngo "+version+"\n") {
			t.Errorf("the version of Go is %q", version)
		}
		if sum := context["steps.install.outputs.sum"]; !regexp.MustCompile(`^\d+-\d+$`).MatchString(sum) {
			t.Errorf("the key is %q", sum)
		}
		if ref == "v0.9.9" {
			continue
		}
		// The action has a build cache of its own, which would take minutes to fill.
		must(t, os.Symlink(string(bytes.TrimSpace(cache)), filepath.Join(r.temp, "artihook-build")))
		for _, step := range action.Runs.Steps {
			if step.Name != "Build artihook" {
				continue
			}
			if s.runActionStep(t, r, step, context, nil, &ran); ran.code != console.ExitOK {
				t.Error(ran.stderr)
			}
		}
		built := exec.CommandContext(limited(t), filepath.Join(r.temp, "artihook-bin", "artihook"), "version")
		if output, err := built.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, output)
		}
	}
}

// TestActionInputs reports an input or an output that the action does not use or docs/ci.md does not describe.
func TestActionInputs(t *testing.T) {
	t.Parallel()
	action := readAction(t)
	text, err := os.ReadFile("../docs/ci.md")
	must(t, err)
	used := map[string]bool{}
	for _, step := range action.Runs.Steps {
		for variable, value := range step.Env {
			match := expression.FindStringSubmatch(value)
			if match == nil || !strings.Contains(step.Run, "$"+variable) && !strings.Contains(step.Run, "${"+variable) {
				t.Errorf("%s: %q is not used", variable, value)
				continue
			}
			used[match[1]] = true
		}
	}
	for name, input := range action.Inputs {
		if !used["inputs."+name] || input.Description == "" || !bytes.Contains(text, []byte("| `"+name+"` |")) {
			t.Errorf("the input %q is not used, or not described in docs/ci.md", name)
		}
	}
	for name, output := range action.Outputs {
		if output.Value != "${{ steps.run.outputs."+name+" }}" || output.Description == "" || !bytes.Contains(text, []byte("`"+name+"`")) {
			t.Errorf("the output %q is not that of the program, or not described in docs/ci.md", name)
		}
	}
}

// TestActionRuns runs commands by the action with valid inputs, with failing ones, and with shell syntax in them.
func TestActionRuns(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	needs(t, "curl")
	release := s.serveRelease(t, nil)
	s.write(t, "more/name with spaces & $(touch pwned).yaml", "name: spaces\nsteps:\n- probe:\n    run: test \"$a\" = 'b  c=$(d)'\n")
	s.write(t, "wrong.yaml", "name: wrong\nsteps:\n- start: {}\n  expect: {status: 299}\n")
	const url = "\n--url localhost:3000/hook"
	for name, tt := range map[string]struct {
		command, args string
		code          int
		output        string // a regular expression
		summary       string // the output of the action
	}{
		"run":                  {"run", "happy-path\n--report-junit r.xml" + url, console.ExitOK, `3 passed`, "3 passed"},
		"check":                {"check", "localhost:3000/hook\n--only signature-valid\n--report-junit r.xml", console.ExitOK, `nothing failed`, "1 passed"},
		"fuzz":                 {"fuzz", "localhost:3000/hook\n--runs 1", console.ExitOK, ``, "passed"},
		"load":                 {"load", "localhost:3000/hook\n--leads 1", console.ExitOK, `requests +\d`, "0 errors"},
		"spaces":               {"run", " more/name with spaces & $(touch pwned).yaml \n\n--var a=b  c=$(d)\t\n\n--dry-run=false\n  --fail-fast" + url, console.ExitOK, `1 passed`, "1 passed"},
		"equals sign":          {"run", "more\n--var=a=b  c=$(d)" + url, console.ExitOK, `1 passed`, "1 passed"},
		"failure":              {"run", "wrong.yaml\nhappy-path" + url, console.ExitFailed, `::error file=wrong.yaml,line=3,`, "3 passed, 1 failed"},
		"wrong secret":         {"run", "happy-path\n--secret another" + url, console.ExitFailed, `rejected the signature`, "3 failed"},
		"no receiver":          {"run", "happy-path\n--wait-for http://localhost:3999/\n--wait-timeout 10ms" + url, console.ExitFailed, `did not respond within 10ms`, ""},
		"no scenario":          {"run", "; touch pwned" + url, console.ExitUsage, `unknown scenario "; touch pwned"`, ""},
		"a command of a shell": {"run; touch pwned", "", console.ExitUsage, `unknown command "run; touch pwned"`, ""},
		"substitution":         {"run", "happy-path\n--var `touch pwned`=$(touch pwned)\n--nope; touch pwned" + url, console.ExitUsage, `unknown flag: --nope;`, ""},
		"quotes":               {"run", `--jobs 4"; touch pwned; "` + url, console.ExitUsage, `want a whole number`, ""},
	} {
		ran := s.runAction(t, map[string]string{"github.server_url": release, "inputs.command": tt.command, "inputs.args": tt.args})
		if all := ran.stdout + ran.stderr; ran.code != tt.code || !regexp.MustCompile(tt.output).MatchString(all) || strings.Contains(all, documentSecret) {
			t.Errorf("%s: exit code %d, want %d\n%s", name, ran.code, tt.code, all)
		}
		if !strings.Contains(ran.outputs["summary"], tt.summary) || (ran.outputs["summary"] == "") != (tt.summary == "") {
			t.Errorf("%s: the summary is %q, want %q", name, ran.outputs["summary"], tt.summary)
		}
		if strings.Contains(tt.args, "r.xml") != (ran.outputs["report-junit"] == "r.xml") {
			t.Errorf("%s: the report is %q", name, ran.outputs["report-junit"])
		}
	}
	if _, err := os.Stat(filepath.Join(s.folder, "pwned")); err == nil {
		t.Error("an input was run")
	}
}
