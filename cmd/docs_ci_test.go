package cmd

import (
	"encoding/xml"
	"errors"
	"maps"
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

// pipelineBlocks returns the script of each kind of block of docs/ci.md that is a pipeline, and checks the rest of it.
var pipelineBlocks = map[string]func(t *testing.T, text string) string{
	"sh":               func(_ *testing.T, text string) string { return text },
	"groovy":           jenkinsScript,
	"yaml gitlab":      gitlabScript,
	"yaml circleci":    circleScript,
	"yaml github":      func(t *testing.T, text string) string { return workflowScript(t, text) },
	"sh git hook":      nil, // run by runGitHook
	"yaml pre-commit":  nil, // run by runHook
	"yaml github step": nil, // run by runActionSteps
}

// runPipelines runs the pipelines of docs/ci.md with a receiver of the test.
func runPipelines(t *testing.T, file string) {
	needs(t, "curl")
	s := setStage(t)
	s.setPipeline(t)
	component := ""
	for _, b := range readBlocks(t, file) {
		script, known := pipelineBlocks[b.kind]
		switch {
		case b.kind == "yaml gitlab component":
			component = b.text
		case b.kind == "yaml gitlab include":
			s.runPipeline(t, gitlabScript(t, useComponent(t, component, b.text)))
		case b.kind == "yaml github step":
			s.runActionSteps(t, b.text)
		case b.kind == "yaml pre-commit":
			s.runHook(t, b.text)
		case b.kind == "sh git hook":
			s.runGitHook(t, b.text)
		case !known:
			t.Errorf("nothing runs a block of the kind %q:\n%s", b.kind, b.text)
		default:
			s.runPipeline(t, script(t, b.text))
		}
	}
}

// TestInitPipelines runs the pipelines that init writes, with the files that it writes.
func TestInitPipelines(t *testing.T) {
	t.Parallel()
	needs(t, "curl")
	for _, tt := range []struct {
		system, file string
		script       func(*testing.T, string) string
	}{
		{"github", ".github/workflows/artihook.yml", workflowScript},
		{"gitlab", ".gitlab-ci.yml", gitlabScript},
		{"jenkins", "Jenkinsfile", jenkinsScript},
	} {
		t.Run(tt.system, func(t *testing.T) {
			t.Parallel()
			s := setStage(t)
			s.setPipeline(t)
			must(t, os.RemoveAll(filepath.Join(s.folder, "scenarios")))
			if _, stderr, code := s.artihook(t, "init", "--ci", tt.system); code != console.ExitOK {
				t.Fatal(stderr)
			}
			pipeline, err := os.ReadFile(filepath.Join(s.folder, filepath.FromSlash(tt.file)))
			must(t, err)
			s.runPipeline(t, tt.script(t, string(pipeline)))
		})
	}
}

// TestPipelineVersion compares the release that documents and first files download with the version of the program.
func TestPipelineVersion(t *testing.T) {
	t.Parallel()
	want, _, _ := strings.Cut(console.Version(), "+")
	files, err := filepath.Glob("firstfiles/*")
	must(t, err)
	seen := 0
	for _, file := range append(files, "../docs/ci.md", actionFolder+"/action.yml") {
		text, err := os.ReadFile(file)
		must(t, err)
		for _, m := range regexp.MustCompile(`(?:download/v|artihook@v|artihook_|version=|such as v|such as .v)(\d+\.\d+\.\d+)`).FindAllSubmatch(text, -1) {
			if seen++; string(m[1]) != want {
				t.Errorf("%s: %s is not of version %s", file, m[0], want)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d versions found", seen)
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
	s.write(t, "bin/your-receiver", "#!/bin/sh\nexec "+s.program+" listen --quiet --addr \"$RECEIVER\" --secret \"${OTHER_SECRET:-$ARTIHOOK_SECRET}\"\n")
	must(t, os.Chmod(filepath.Join(s.folder, "bin", "your-receiver"), 0o755))
	s.env = slices.DeleteFunc(s.env, func(v string) bool { return strings.HasPrefix(v, "ARTIHOOK_SECRET=") })
}

// runPipeline runs a script, and if it starts a receiver, runs it again with one that has another secret.
func (s *stage) runPipeline(t *testing.T, text string) {
	t.Helper()
	text = strings.ReplaceAll(text, "receiver:3000", "localhost:3000")
	text = strings.ReplaceAll(text, "https://github.com", s.serveRelease(t, nil))
	env := []string{"WEBHOOK_SECRET=" + documentSecret}
	if !strings.Contains(text, "ARTIHOOK_SECRET=") { // the CI system sets it
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
			config := filepath.Join(s.folder, "artihook.yaml")
			if content, err := os.ReadFile(config); err == nil { // of init
				content = regexp.MustCompile(`localhost:\d+`).ReplaceAll(content, []byte(address))
				must(t, os.WriteFile(config, content, 0o644))
			}
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
		for _, report := range regexp.MustCompile(`--report-junit (\S+)`).FindAllStringSubmatch(text, -1) {
			s.checkJUnit(t, report[1], want != console.ExitOK)
			if want != console.ExitOK {
				break // the script ends with the first failure
			}
		}
	}
}

// checkJUnit reads a report and removes it.
func (s *stage) checkJUnit(t *testing.T, report string, wantFailures bool) {
	t.Helper()
	name := filepath.Join(s.folder, report)
	text, err := os.ReadFile(name)
	if err = errors.Join(err, os.Remove(name)); err != nil {
		t.Error(err)
		return
	}
	var results struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
	}
	if err := xml.Unmarshal(text, &results); err != nil || results.Tests < 1 || results.Failures > 0 != wantFailures {
		t.Errorf("the report has %+v, %v", results, err)
	}
}

// exports returns lines that set the variables of a pipeline. An expression of GitHub for a secret is the variable of a script.
func exports(variables map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		value := strings.ReplaceAll(variables[name], "${{ secrets.WEBHOOK_SECRET }}", "$WEBHOOK_SECRET")
		b.WriteString("export " + name + `="` + value + "\"\n")
	}
	return b.String()
}

// jenkinsScript returns the script of a Jenkinsfile.
func jenkinsScript(t *testing.T, text string) string {
	t.Helper()
	parts := strings.Split(text, "'''")
	if len(parts) != 3 || !strings.Contains(text, "junit 'results.xml'") {
		t.Fatalf("want one script and its report in\n%s", text)
	}
	variables := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^ *([A-Z_]+) = (?:credentials\()?'([^']*)'`).FindAllStringSubmatch(parts[0], -1) {
		if variables[m[1]] = m[2]; strings.Contains(m[0], "credentials(") {
			variables[m[1]] = "$WEBHOOK_SECRET"
		}
	}
	return exports(variables) + parts[1]
}

// gitlabScript returns the script of a .gitlab-ci.yml.
func gitlabScript(t *testing.T, text string) string {
	t.Helper()
	var file map[string]struct {
		Image        string
		Variables    map[string]string
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
	delete(job.Variables, "ARTIHOOK_CONFIG") // the stage has none
	return exports(job.Variables) + strings.Join(append(job.BeforeScript, job.Script...), "\n") + "\n"
}

// useComponent returns the job of a component of GitLab with the inputs of an include.
func useComponent(t *testing.T, component, include string) string {
	t.Helper()
	var header struct {
		Spec struct {
			Inputs map[string]struct {
				Description string
				Default     *string
			}
		}
	}
	var use struct {
		Include []struct {
			Component string
			Inputs    map[string]string
		}
	}
	spec, job, separated := strings.Cut(component, "\n---\n")
	readYAML(t, spec, &header)
	readYAML(t, include, &use)
	if !separated || len(use.Include) != 1 || !strings.HasPrefix(use.Include[0].Component, "$CI_SERVER_FQDN/") {
		t.Fatalf("got %+v", use)
	}
	given := use.Include[0].Inputs
	for name, input := range header.Spec.Inputs {
		value, ok := given[name]
		if delete(given, name); !ok && input.Default != nil {
			value, ok = *input.Default, true
		}
		if reference := "$[[ inputs." + name + " ]]"; !ok || input.Description == "" || !strings.Contains(job, reference) {
			t.Errorf("the input %q has no value, no description or no use", name)
		} else {
			job = strings.ReplaceAll(job, reference, value)
		}
	}
	if len(given) > 0 || strings.Contains(job, "$[[") {
		t.Errorf("unknown inputs %v in\n%s", given, job)
	}
	return job
}

// circleScript returns the script of a configuration of CircleCI.
func circleScript(t *testing.T, text string) string {
	t.Helper()
	var file struct {
		Version string
		Jobs    map[string]struct {
			Docker      []struct{ Image string }
			Environment map[string]string
			Steps       []any
		}
		Workflows map[string]struct{ Jobs []string }
	}
	readYAML(t, text, &file)
	job := file.Jobs["webhook"]
	if len(job.Docker) != 1 || !slices.Equal(file.Workflows["webhook"].Jobs, []string{"webhook"}) {
		t.Fatalf("got %+v", file)
	}
	script := exports(job.Environment)
	for _, step := range job.Steps {
		keys, _ := step.(map[string]any)
		run, _ := keys["run"].(map[string]any)
		command, _ := run["command"].(string)
		if run["background"] == true {
			command = `ARTIHOOK_SECRET="$WEBHOOK_SECRET" ` + command + " &"
		}
		script += command + "\n"
	}
	return script
}

// workflowScript returns the script of a workflow of GitHub, whose action is installed.
func workflowScript(t *testing.T, text string) string {
	t.Helper()
	var file struct {
		Jobs map[string]struct {
			Env   map[string]string
			Steps []workflowStep
		}
	}
	readYAML(t, text, &file)
	job := file.Jobs["webhook"]
	script := exports(job.Env)
	used := false
	for _, step := range job.Steps {
		used = used || isOurAction(step.Uses)
		if step.Uses != "" && !isOurAction(step.Uses) && !currentActions[step.Uses] {
			t.Errorf("unknown action %q", step.Uses)
		}
		script += step.Run + "\n"
	}
	if !used {
		t.Error("the steps do not use the action")
	}
	return script
}

func isOurAction(uses string) bool {
	return strings.HasPrefix(uses, "your-account/artihook/.github/actions/artihook@v")
}

// runActionSteps runs steps of a workflow: the action with inputs, and a step that reads its outputs.
func (s *stage) runActionSteps(t *testing.T, text string) {
	t.Helper()
	var steps []workflowStep
	readYAML(t, text, &steps)
	context := map[string]string{"github.server_url": s.serveRelease(t, nil)}
	for name, value := range steps[0].With {
		context["inputs."+name] = value
	}
	if !isOurAction(steps[0].Uses) || len(steps) != 2 {
		t.Fatalf("got %+v", steps)
	}
	ran := s.runAction(t, context, "ARTIHOOK_SECRET="+documentSecret)
	if ran.code != console.ExitOK || ran.summary == "" {
		t.Errorf("exit code %d\n%s%s", ran.code, ran.stdout, ran.stderr)
	}
	outputs := map[string]string{}
	for name, value := range ran.outputs {
		outputs["steps."+steps[0].ID+".outputs."+name] = value
	}
	for name, value := range steps[1].Env {
		steps[1].Env[name] = evaluate(t, value, outputs)
	}
	stdout, stderr, _ := s.script(t, exports(steps[1].Env)+steps[1].Run)
	if stdout != "5 passed in results.xml\n" {
		t.Errorf("got %q, %s", stdout, stderr)
	}
	s.checkJUnit(t, "results.xml", false)
}

// runHook runs the hook of a .pre-commit-config.yaml with the files that it selects, and with one that is wrong.
func (s *stage) runHook(t *testing.T, text string) {
	t.Helper()
	var file struct {
		Repos []struct {
			Repo  string
			Hooks []struct{ ID, Name, Entry, Language, Files string }
		}
	}
	readYAML(t, text, &file)
	hook := file.Repos[0].Hooks[0]
	if hook.ID == "" || hook.Name == "" || hook.Language != "system" || file.Repos[0].Repo != "local" {
		t.Errorf("got %+v", file)
	}
	selected := regexp.MustCompile(hook.Files)
	if !selected.MatchString("scenarios/first.yaml") || selected.MatchString("artihook.yaml") {
		t.Errorf("files is %q", hook.Files)
	}
	s.write(t, "wrong.yaml", "name: wrong\n")
	for name, want := range map[string]int{"scenarios/first.yaml": console.ExitOK, "wrong.yaml": console.ExitUsage} {
		if stdout, stderr, code := s.script(t, hook.Entry+" "+name); code != want {
			t.Errorf("%s: exit code %d\n%s%s", name, code, stdout, stderr)
		}
	}
}

// runGitHook commits with the hook: without a wrong scenario, and with one.
func (s *stage) runGitHook(t *testing.T, text string) {
	t.Helper()
	needs(t, "git")
	s.write(t, ".git-hook", text)
	commit := `git init -q hooked; cd hooked; mkdir -p scenarios; cp ../.git-hook .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit
printf '%s' "$SCENARIO" > scenarios/mine.yaml; git add .; git -c user.name=a -c user.email=a@mail.example commit -q -m first`
	for scenario, want := range map[string]int{"name: mine\nsteps: [{start: {}}]\n": console.ExitOK, "name: mine\n": 1} {
		if stdout, stderr, code := s.script(t, commit, "SCENARIO="+scenario); code != want {
			t.Errorf("%q: exit code %d, want %d\n%s%s", scenario, code, want, stdout, stderr)
		}
		must(t, os.RemoveAll(filepath.Join(s.folder, "hooked")))
	}
}

// TestPipelinesRejectForgedRelease runs the first lines of each pipeline with an archive that was changed.
func TestPipelinesRejectForgedRelease(t *testing.T) {
	t.Parallel()
	needs(t, "curl")
	s := setStage(t)
	forged := s.serveRelease(t, func(files map[string][]byte) {
		for name := range files {
			if strings.HasSuffix(name, ".tar.gz") {
				files[name] = append(files[name], '\n')
			}
		}
	})
	tried := 0
	for _, b := range readBlocks(t, "../docs/ci.md") {
		script := pipelineBlocks[b.kind]
		if script == nil || !strings.Contains(b.text, "sha256sum") {
			continue
		}
		tried++
		text := strings.ReplaceAll(script(t, b.text), "https://github.com", forged)
		if stdout, stderr, code := s.script(t, text, "WEBHOOK_SECRET="+documentSecret); code == console.ExitOK || !strings.Contains(stdout+stderr, "FAILED") {
			t.Errorf("%s\nexit code %d\n%s%s", b.text, code, stdout, stderr)
		}
		if _, err := exec.LookPath(filepath.Join(s.folder, "artihook")); err == nil {
			t.Errorf("the program was unpacked by\n%s", b.text)
		}
	}
	if tried < 3 {
		t.Errorf("only %d pipelines found", tried)
	}
}
