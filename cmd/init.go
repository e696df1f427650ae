package cmd

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"artihook/cmd/console"
	"artihook/cmd/settings"

	"github.com/spf13/cobra"
)

// firstFiles holds the contents of the files that init writes.
//
//go:embed firstfiles
var firstFiles embed.FS

// firstFile is a file that init writes.
type firstFile struct {
	Name    string `json:"file"`             // relative to the working directory, with slashes
	About   string `json:"about"`            // what it holds
	Exists  bool   `json:"exists,omitempty"` // it existed, and init does not change it
	content string // a file of firstfiles
}

// projectFiles are the files that init always writes.
var projectFiles = []firstFile{
	{Name: settings.ConfigName, About: "the webhooks: set url to that of your receiver", content: "artihook.yaml"},
	{Name: "scenarios/first-lead.yaml", About: "a scenario: one lead, and an update with a wrong signature", content: "first-lead.yaml"},
}

// pipelineFiles are the files of --ci, by the system that reads them.
var pipelineFiles = []settings.Word[firstFile]{
	{Text: "github", Value: pipelineFile(".github/workflows/artihook.yml", "github.yml")},
	{Text: "gitlab", Value: pipelineFile(".gitlab-ci.yml", "gitlab.yml")},
	{Text: "jenkins", Value: pipelineFile("Jenkinsfile", "Jenkinsfile")},
}

func pipelineFile(name, content string) firstFile {
	return firstFile{Name: name, About: "the pipeline: replace your-account and your-receiver", content: content}
}

func newInitCmd(a *app) *cobra.Command {
	var pipeline firstFile
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a first artihook.yaml, a scenario and a pipeline",
		Long: `Init writes a first artihook.yaml and scenarios/first-lead.yaml to the working directory, and with --ci the file of a
pipeline that runs the scenario. It overwrites nothing: it writes only the files that are missing. If the file of the pipeline exists,
it writes none.`,
		Example: `  artihook init
  artihook init --ci github`,
		Args: noInitArgs,
		RunE: func(*cobra.Command, []string) error { return runInit(a, pipeline) },
	}
	settings.AddFlag(cmd.Flags(), &pipeline, settings.FlagSpec[firstFile]{
		Name: "ci", Words: pipelineFiles, Usage: "Write a pipeline for this CI system too",
	})
	return cmd
}

func noInitArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return console.WithHint(errors.New("got an argument, want none"),
			"run artihook init, then set url in "+settings.ConfigName)
	}
	return nil
}

func runInit(a *app, pipeline firstFile) error {
	files := slices.Clone(projectFiles)
	if pipeline.Name != "" {
		if fileExists(pipeline.Name) {
			return existsError(pipeline.Name)
		}
		files = append(files, pipeline)
	}
	if existing := markExisting(files); len(existing) == len(files) {
		return console.WithHint(fmt.Errorf("%s already exist; nothing was written", strings.Join(existing, " and ")),
			"artihook init --ci github|gitlab|jenkins adds a pipeline")
	}
	if err := writeFirstFiles(files); err != nil {
		return err
	}
	for _, f := range files {
		if err := printFirstFile(a, f); err != nil {
			return err
		}
	}
	a.printer.Notef(`
Set ARTIHOOK_SECRET to the secret of your receiver. Then:
  artihook send              send one event
  artihook run scenarios/    run the scenario
  artihook check             examine the receiver`)
	return nil
}

func printFirstFile(a *app, f firstFile) error {
	if a.printer.JSON() {
		return a.printer.WriteJSON(f)
	}
	about := f.About
	if f.Exists {
		about = "exists, not changed"
	}
	_, err := fmt.Fprintf(a.printer.Out, "%-30s  %s\n", f.Name, about)
	return err
}

// markExisting marks the files that exist and returns their names. For artihook.yaml, a file with its other name counts, because the
// program reads only one.
func markExisting(files []firstFile) (existing []string) {
	for i := range files {
		f := &files[i]
		names := []string{f.Name}
		if f.Name == settings.ConfigName {
			names = settings.ConfigNames()
		}
		for _, name := range names {
			if !f.Exists && fileExists(name) {
				f.Name, f.Exists = name, true
				existing = append(existing, name)
			}
		}
	}
	return existing
}

// fileExists reports whether the name is taken, also by a symbolic link that leads nowhere.
func fileExists(name string) bool {
	_, err := os.Lstat(filepath.FromSlash(name))
	return err == nil
}

func existsError(name string) error {
	return console.WithHint(fmt.Errorf("%s already exists; nothing was written", name), "move it away, or use init in another directory")
}

// writeFirstFiles writes the files that do not exist: all of them, or none.
func writeFirstFiles(files []firstFile) (err error) {
	var created []string // files and directories, in their order
	defer func() {
		if err == nil {
			return
		}
		for i := len(created) - 1; i >= 0; i-- {
			_ = os.Remove(created[i]) // err is the reason to report
		}
	}()
	for _, f := range files {
		if f.Exists {
			continue
		}
		content, err := firstFiles.ReadFile("firstfiles/" + f.content)
		if err != nil {
			return err
		}
		name := filepath.FromSlash(f.Name)
		made, err := makeDirs(filepath.Dir(name))
		created = append(created, made...)
		if err != nil {
			return cannotWrite(f.Name, err)
		}
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			return existsError(f.Name)
		} else if err != nil {
			return cannotWrite(f.Name, err)
		}
		created = append(created, name)
		_, err = file.Write(content)
		if err = errors.Join(err, file.Close()); err != nil {
			return cannotWrite(f.Name, err)
		}
	}
	return nil
}

func cannotWrite(name string, err error) error {
	return console.Usagef("cannot write %s: %w; nothing was written", name, settings.PlainError(err))
}

// makeDirs creates a directory and those above it, and returns the ones that did not exist.
func makeDirs(dir string) (made []string, err error) {
	if settings.FileExists(dir) {
		return nil, nil
	}
	if made, err = makeDirs(filepath.Dir(dir)); err != nil {
		return made, err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return made, err
	}
	return append(made, dir), nil
}
