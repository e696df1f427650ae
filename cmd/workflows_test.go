package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// workflowFile is a file of .github/workflows.
type workflowFile struct {
	Name        string
	Permissions map[string]string
	Jobs        map[string]struct {
		Uses    string
		Timeout int `yaml:"timeout-minutes"`
		Steps   []workflowStep
	}
}

// TestWorkflows checks that workflows have few permissions and a time limit, use current actions, and run scripts that exist.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../.github/workflows/*.yml")
	must(t, err)
	if len(files) < 2 {
		t.Fatalf("got %v", files)
	}
	mod, err := os.ReadFile("../go.mod")
	must(t, err)
	scripts := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		var w workflowFile
		readYAML(t, string(text), &w)
		if w.Name == "" || len(w.Jobs) == 0 || len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
			t.Errorf("%s: got %+v", file, w)
		}
		for _, image := range regexp.MustCompile(`golang:(\d+\.\d+)`).FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(string(mod), "\ngo "+image[1]) {
				t.Errorf("%s: go.mod has another version than %s", file, image[0])
			}
		}
		for name, job := range w.Jobs {
			if job.Uses == "" && job.Timeout == 0 {
				t.Errorf("%s: the job %s has no timeout-minutes", file, name)
			}
			for _, step := range job.Steps {
				if step.Uses != "" && !currentActions[step.Uses] {
					t.Errorf("%s: unknown action %q", file, step.Uses)
				}
				if strings.Contains(step.Run, "${{") {
					t.Errorf("%s: a shell runs an expression: %s", file, step.Run)
				}
				for _, script := range regexp.MustCompile(`\.ci/[\w-]+`).FindAllString(step.Run, -1) {
					scripts++
					if _, err := os.Stat("../" + script); err != nil {
						t.Errorf("%s: %v", file, err)
					}
				}
			}
		}
	}
	if scripts < 2 {
		t.Errorf("only %d scripts found", scripts)
	}
}

// TestWorkflowsAreValid runs the validator of testdata/node-actions on the action, the workflows and the workflow of init.
func TestWorkflowsAreValid(t *testing.T) {
	t.Parallel()
	node := needs(t, "node")
	validator := "testdata/node-actions/node_modules/@action-validator/cli/cli.mjs"
	if _, err := os.Stat(validator); err != nil {
		t.Skip("action-validator is not installed: run npm ci in cmd/testdata/node-actions")
	}
	wrong := filepath.Join(t.TempDir(), "action.yml")
	must(t, os.WriteFile(wrong, []byte("name: wrong\nruns: {using: composite}\n"), 0o600))
	files, err := filepath.Glob("../.github/workflows/*.yml")
	must(t, err)
	for _, file := range append(files, actionFolder+"/action.yml", "firstfiles/github.yml", wrong) {
		output, err := exec.CommandContext(limited(t), node, validator, file).CombinedOutput()
		if (err == nil) != (file != wrong) {
			t.Errorf("%s: %v\n%s", file, err, output)
		}
	}
}

// TestIssueForms checks the parts that GitHub requires of an issue form.
func TestIssueForms(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../.github/ISSUE_TEMPLATE/*.yml")
	must(t, err)
	if len(files) < 2 {
		t.Fatal("there are no issue forms")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		var form struct {
			Name, Description string
			Body              []struct {
				Type, ID   string
				Attributes struct{ Label, Value string }
			}
		}
		readYAML(t, string(text), &form)
		if form.Name == "" || form.Description == "" || len(form.Body) == 0 {
			t.Errorf("%s: got %+v", file, form)
		}
		for _, field := range form.Body {
			isField := slices.Contains([]string{"input", "textarea", "dropdown", "checkboxes"}, field.Type)
			switch {
			case field.Type == "markdown" && field.Attributes.Value != "":
			case !isField || field.ID == "" || field.Attributes.Label == "":
				t.Errorf("%s: got %+v", file, field)
			}
		}
	}
}

// TestDependabot checks that every directory of the updates has a file of its ecosystem, and that every such file is in one.
func TestDependabot(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../.github/dependabot.yml")
	must(t, err)
	var config struct {
		Version int
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directory   string
			Directories []string
		}
	}
	readYAML(t, string(text), &config)
	manifests := map[string]string{"gomod": "go.mod", "npm": "package.json", "docker": "Dockerfile", "github-actions": "*.yml"}
	updated := map[string]bool{}
	for _, u := range config.Updates {
		for _, folder := range append(u.Directories, u.Directory) {
			if folder == "" {
				continue
			}
			pattern := filepath.Join("..", folder, manifests[u.Ecosystem])
			if u.Ecosystem == "github-actions" && folder == "/" {
				pattern = "../.github/workflows/*.yml"
			}
			found, err := filepath.Glob(pattern)
			must(t, err)
			if len(found) == 0 {
				t.Errorf("%s: no file matches %s", u.Ecosystem, pattern)
			}
			for _, file := range found {
				updated[filepath.ToSlash(filepath.Clean(file))] = true
			}
		}
	}
	tracked, err := exec.CommandContext(limited(t), needs(t, "git"), "-C", "..", "ls-files", "*package.json", "*go.mod", "*Dockerfile").Output()
	if err != nil {
		t.Skipf("this is no clone: %v", err)
	}
	for _, file := range strings.Fields(string(tracked)) {
		if !updated["../"+file] {
			t.Errorf("nothing updates %s", file)
		}
	}
}
