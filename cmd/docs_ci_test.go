package cmd

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"artihook/cmd/console"
)

// runPipelines runs the pipelines of docs/ci.md with a receiver of the test.
func runPipelines(t *testing.T, file string) {
	s := setStage(t)
	s.setPipeline(t)
	for _, b := range readBlocks(t, file) {
		switch b.kind {
		case "sh":
			s.runPipeline(t, b.text)
		case "groovy":
			s.runPipeline(t, jenkinsScript(t, b.text))
		case "yaml gitlab":
			s.runPipeline(t, gitlabScript(t, b.text))
		case "yaml github":
			var workflow struct {
				Jobs map[string]struct{ Steps []workflowStep }
			}
			readYAML(t, b.text, &workflow)
			s.runWorkflow(t, workflow.Jobs["scenarios"].Steps)
		case "yaml github step":
			var steps []workflowStep
			readYAML(t, b.text, &steps)
			s.runWorkflow(t, steps)
		default:
			t.Errorf("nothing runs a block of the kind %q:\n%s", b.kind, b.text)
		}
	}
}

func readYAML(t *testing.T, text string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
}

// setPipeline writes the files that the pipelines need: scenarios, and a program that is the receiver.
func (s *stage) setPipeline(t *testing.T) {
	t.Helper()
	s.write(t, "scenarios/first.yaml", "name: first\nsteps: [{start: {}}, {answer: 2}, {complete: }]\n")
	s.write(t, "scenarios/second.yaml", "name: second\nvars: {company: Zed & Sons}\nsteps: [{start: {}, unsigned: true, expect: {status: 401}}, {probe: {run: 'test \"$company\" = \"Zed & Sons\"'}}]\n")
	s.write(t, "bin/your-receiver", "#!/bin/sh\nexec artihook listen --quiet --addr \"$RECEIVER\" --secret \"${OTHER_SECRET:-$ARTIHOOK_SECRET}\"\n")
	if err := os.Chmod(filepath.Join(s.folder, "bin", "your-receiver"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.env = slices.DeleteFunc(s.env, func(v string) bool { return strings.HasPrefix(v, "ARTIHOOK_SECRET=") })
}

// runPipeline runs a script, and runs it again with a receiver that has another secret.
func (s *stage) runPipeline(t *testing.T, text string) {
	t.Helper()
	text = strings.ReplaceAll(text, "receiver:3000", "localhost:3000")
	env := []string{"WEBHOOK_SECRET=" + documentSecret}
	if !strings.Contains(text, "WEBHOOK_SECRET") { // an earlier script, or the CI system, has set it
		env = append(env, "ARTIHOOK_SECRET="+documentSecret)
	}
	starts := strings.Contains(text, "your-receiver")
	wants := []int{console.ExitOK}
	if starts {
		wants = append(wants, console.ExitFailed)
	}
	for _, want := range wants {
		script := text
		if starts {
			address := "localhost:" + freePort(t)
			script = "trap 'kill $(jobs -p)' EXIT\n" + strings.ReplaceAll(text, "localhost:3000", address)
			env = append(env, "RECEIVER="+address)
		}
		if want != console.ExitOK {
			env = append(env, "OTHER_SECRET=another")
		}
		stdout, stderr, code := s.script(t, script, env...)
		if code != want {
			t.Errorf("%s\nexit code %d, want %d\n%s%s", text, code, want, stdout, stderr)
		}
		if strings.Contains(text, "--report-junit") {
			s.checkJUnit(t, want != console.ExitOK)
		}
	}
}

// checkJUnit reads results.xml and removes it.
func (s *stage) checkJUnit(t *testing.T, wantFailures bool) {
	t.Helper()
	name := filepath.Join(s.folder, "results.xml")
	text, err := os.ReadFile(name)
	if err = errors.Join(err, os.Remove(name)); err != nil {
		t.Error(err)
		return
	}
	var results struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
	}
	if err := xml.Unmarshal(text, &results); err != nil || results.Tests < 3 || results.Failures > 0 != wantFailures {
		t.Errorf("the report has %+v, %v", results, err)
	}
}

// jenkinsScript returns the script of a Jenkinsfile.
func jenkinsScript(t *testing.T, text string) string {
	t.Helper()
	parts := strings.Split(text, "'''")
	if len(parts) != 3 || !strings.Contains(text, "junit 'results.xml'") {
		t.Fatalf("want one script and its report in\n%s", text)
	}
	return parts[1]
}

// gitlabScript returns the script of a .gitlab-ci.yml without the lines that build artihook.
func gitlabScript(t *testing.T, text string) string {
	t.Helper()
	var file map[string]struct {
		Image        string
		BeforeScript []string `yaml:"before_script"`
		Script       []string
		Artifacts    struct {
			When    string
			Reports struct{ JUnit string }
		}
	}
	readYAML(t, text, &file)
	job := file["webhook"]
	if len(file) != 1 || job.Image == "" || job.Artifacts.When != "always" || job.Artifacts.Reports.JUnit != "results.xml" {
		t.Fatalf("got %+v", file)
	}
	var lines []string
	for _, line := range append(job.BeforeScript, job.Script...) {
		switch {
		case line == `git clone --depth 1 "$ARTIHOOK_REPOSITORY" artihook`, line == "(cd artihook && go install .)":
		default:
			lines = append(lines, line)
		}
	}
	return "GOBIN=.\n" + strings.Join(lines, "\n")
}

// workflowStep is a step of a workflow or of an action of GitHub.
type workflowStep struct {
	Name, ID, If, Uses, Run, Shell string
	With, Env                      map[string]string
}

// runWorkflow runs the action with the inputs of the steps. The receiver runs already.
func (s *stage) runWorkflow(t *testing.T, steps []workflowStep) {
	t.Helper()
	used := false
	for _, step := range steps {
		switch {
		case step.Run != "":
			check := exec.CommandContext(limited(t), needs(t, "bash"), "-n", "-c", step.Run)
			if output, err := check.CombinedOutput(); err != nil {
				t.Errorf("%s\n%s", step.Run, output)
			}
		case strings.HasPrefix(step.Uses, "your-account/artihook/.github/actions/artihook@"):
			used = true
			secret := map[string]string{"secrets.WEBHOOK_SECRET": documentSecret}
			inputs := map[string]string{}
			for name, value := range step.With {
				inputs[name] = evaluate(t, value, secret)
			}
			if inputs["secret"] != documentSecret {
				inputs["secret"] = documentSecret // the receiver of the test has this one
			}
			if ran := s.runAction(t, inputs); ran.code != console.ExitOK || ran.summary == "" {
				t.Errorf("exit code %d\n%s%s", ran.code, ran.stdout, ran.stderr)
			}
			if inputs["report-junit"] != "" {
				s.checkJUnit(t, false)
			}
		case !slices.Contains([]string{"actions/checkout@v4", "actions/upload-artifact@v4"}, step.Uses):
			t.Errorf("unknown action %q", step.Uses)
		}
	}
	if !used {
		t.Error("the steps do not use the action")
	}
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

type actionFile struct {
	Inputs map[string]struct {
		Description string
		Required    bool
	}
	Runs struct {
		Using string
		Steps []workflowStep
	}
}

const actionFolder = "../.github/actions/artihook"

func readAction(t *testing.T) actionFile {
	t.Helper()
	text, err := os.ReadFile(actionFolder + "/action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a actionFile
	readYAML(t, string(text), &a)
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 || len(a.Inputs) == 0 {
		t.Fatalf("got %+v", a)
	}
	return a
}

type actionRun struct {
	stdout, stderr, summary string
	code                    int
}

// runAction runs the scripts of the action one after the other, as GitHub does. It skips the steps that use other actions.
func (s *stage) runAction(t *testing.T, inputs map[string]string) actionRun {
	t.Helper()
	action := readAction(t)
	context := map[string]string{"runner.os": "Linux", "runner.arch": "X64", "runner.temp": filepath.Join(s.folder, "temp")}
	for name, input := range action.Inputs {
		if input.Required && inputs[name] == "" {
			t.Fatalf("the input %q is needed", name)
		}
		context["inputs."+name] = inputs[name]
	}
	runner := s.setRunner(t, context["runner.temp"])
	defer runner.clear(t)
	var ran actionRun
	for _, step := range action.Runs.Steps {
		if step.Uses != "" {
			if !slices.Contains([]string{"actions/setup-go@v5", "actions/cache@v4"}, step.Uses) {
				t.Errorf("unknown action %q", step.Uses)
			}
			for _, value := range step.With {
				evaluate(t, value, context)
			}
			continue
		}
		ran = s.runActionStep(t, runner, step, context)
		if ran.code != console.ExitOK {
			break
		}
	}
	return ran
}

func (s *stage) runActionStep(t *testing.T, runner *runner, step workflowStep, context map[string]string) actionRun {
	t.Helper()
	if step.Shell != "bash" || strings.Contains(step.Run, "${{") {
		t.Errorf("a step without bash, or with an input in its script:\n%s", step.Run)
	}
	command := exec.CommandContext(limited(t), needs(t, "bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
	command.Env = append(s.env[:len(s.env):len(s.env)], runner.env(t)...)
	for name, value := range step.Env {
		command.Env = append(command.Env, name+"="+s.hosts.Replace(evaluate(t, value, context)))
	}
	var ran actionRun
	ran.stdout, ran.stderr, ran.code = s.run(t, command)
	for _, line := range runner.lines(t, "GITHUB_OUTPUT") {
		name, value, _ := strings.Cut(line, "=")
		context["steps."+step.ID+".outputs."+name] = value
	}
	ran.summary = strings.Join(runner.lines(t, "GITHUB_STEP_SUMMARY"), "\n")
	return ran
}

// runner has the files that GitHub passes to the steps of an action, in variables that name them.
type runner struct{ files, temp, action string }

func (s *stage) setRunner(t *testing.T, temp string) *runner {
	t.Helper()
	action, err := filepath.Abs(actionFolder)
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{files: filepath.Join(s.folder, "runner"), temp: temp, action: action}
	r.clear(t)
	if err := errors.Join(os.MkdirAll(r.files, 0o755), os.MkdirAll(temp, 0o755)); err != nil {
		t.Fatal(err)
	}
	cache, err := exec.CommandContext(limited(t), needs(t, "go"), "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	// The action has a build cache of its own, which would take minutes to fill.
	if err := os.Symlink(string(bytes.TrimSpace(cache)), filepath.Join(temp, "artihook-build")); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	return r
}

func (r *runner) clear(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(r.files); err != nil {
		t.Error(err)
	}
}

func (r *runner) env(t *testing.T) []string {
	t.Helper()
	env := []string{"GITHUB_ACTIONS=true", "GITHUB_ACTION_PATH=" + r.action, "RUNNER_TEMP=" + r.temp}
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"} {
		env = append(env, name+"="+filepath.Join(r.files, name))
	}
	path := append(r.lines(t, "GITHUB_PATH"), os.Getenv("PATH")) // without the program of the test: the action builds its own
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

// TestActionInputs reports an input that the action does not use or docs/ci.md does not describe, and a use without input.
func TestActionInputs(t *testing.T) {
	t.Parallel()
	action := readAction(t)
	text, err := os.ReadFile("../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, step := range action.Runs.Steps {
		for variable, value := range step.Env {
			match := expression.FindStringSubmatch(value)
			if match == nil || !strings.Contains(step.Run, `"$`+variable+`"`) {
				t.Errorf("%s: %q is not used in quotes", variable, value)
				continue
			}
			used[strings.TrimPrefix(match[1], "inputs.")] = true
		}
	}
	for name, input := range action.Inputs {
		if !used[name] || input.Description == "" || !bytes.Contains(text, []byte("`"+name+"`")) || !bytes.Contains(text, []byte("\n          "+name+": ")) {
			t.Errorf("the input %q is not used, not described, or not shown in docs/ci.md", name)
		}
		delete(used, name)
	}
	if len(used) > 0 {
		t.Errorf("%v are no inputs", used)
	}
}

// TestActionRuns runs the action with valid inputs, with failing ones, and with shell syntax in them.
func TestActionRuns(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	s.setPipeline(t)
	s.write(t, "more/name with spaces & $(touch pwned).yaml", "name: spaces\nsteps:\n- probe:\n    run: test \"$a\" = 'b  c=$(d)'\n")
	s.write(t, "wrong.yaml", "name: wrong\nsteps:\n- start: {}\n  expect: {status: 299}\n")
	tests := []struct {
		name   string
		inputs map[string]string
		code   int
		output string // a regular expression
	}{
		{"ready", map[string]string{"scenarios": "happy-path"}, console.ExitOK, `3 passed`},
		{"spaces", map[string]string{"scenarios": " more/name with spaces & $(touch pwned).yaml \n\n", "args": "--var a=b  c=$(d)\t\n\n--dry-run=false\n  --fail-fast"}, console.ExitOK, `1 passed`},
		{"equals sign", map[string]string{"scenarios": "more", "args": "--var=a=b  c=$(d)"}, console.ExitOK, `1 passed`},
		{"failure", map[string]string{"scenarios": "wrong.yaml\nhappy-path"}, console.ExitFailed, `::error file=wrong.yaml,line=3,`},
		{"wrong secret", map[string]string{"scenarios": "happy-path", "secret": "another"}, console.ExitFailed, `rejected the signature`},
		{"no receiver", map[string]string{"scenarios": "happy-path", "wait-for": "http://localhost:3999/", "wait-timeout": "10ms"}, console.ExitFailed, `did not respond within 10ms`},
		{"no scenario", map[string]string{"scenarios": "; touch pwned"}, console.ExitUsage, `unknown scenario "; touch pwned"`},
		{"a flag is no scenario", map[string]string{"scenarios": "--dry-run"}, console.ExitUsage, `unknown scenario "--dry-run"`},
		{"command in an input", map[string]string{"scenarios": "happy-path", "args": "--var `touch pwned`=$(touch pwned)\n--nope; touch pwned"}, console.ExitUsage, `unknown flag: --nope;`},
		{"quotes", map[string]string{"scenarios": "happy-path", "jobs": `4"; touch pwned; "`}, console.ExitUsage, `want a whole number`},
	}
	for _, tt := range tests {
		inputs := map[string]string{"url": "localhost:3000/hook", "secret": documentSecret}
		for name, value := range tt.inputs {
			inputs[name] = value
		}
		ran := s.runAction(t, inputs)
		if all := ran.stdout + ran.stderr; ran.code != tt.code || !regexp.MustCompile(tt.output).MatchString(all) || strings.Contains(all, inputs["secret"]) {
			t.Errorf("%s: exit code %d, want %d\n%s", tt.name, ran.code, tt.code, all)
		}
	}
	if _, err := os.Stat(filepath.Join(s.folder, "pwned")); err == nil {
		t.Error("an input was run")
	}
}

// TestActionGoVersion compares the version of Go that the action installs with go.mod.
func TestActionGoVersion(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	r := s.setRunner(t, filepath.Join(s.folder, "temp"))
	context := map[string]string{}
	first := readAction(t).Runs.Steps[0]
	if ran := s.runActionStep(t, r, first, context); ran.code != console.ExitOK {
		t.Fatal(ran.stderr)
	}
	if got := context["steps.source.outputs.go"]; !regexp.MustCompile(`^1\.\d+(\.\d+)?$`).MatchString(got) {
		t.Errorf("the version is %q", got)
	}
	if got := context["steps.source.outputs.sum"]; !regexp.MustCompile(`^\d+-\d+$`).MatchString(got) {
		t.Errorf("the key is %q", got)
	}
	mod, err := os.ReadFile("../go.mod")
	if err != nil || !strings.Contains(string(mod), fmt.Sprintf("\ngo %s\n", context["steps.source.outputs.go"])) {
		t.Errorf("go.mod has another version than %q: %v", context["steps.source.outputs.go"], err)
	}
}
