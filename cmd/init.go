package cmd

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
	Name    string `json:"file"`  // relative to the working directory, with slashes
	About   string `json:"about"` // what it holds
	content string // a file of firstfiles
}

// projectFiles are the files that init always writes.
var projectFiles = []firstFile{
	{settings.ConfigName, "the webhooks: set url to that of your receiver", "artihook.yaml"},
	{"scenarios/first-lead.yaml", "a scenario: one lead, and an update with a wrong signature", "first-lead.yaml"},
}

// pipelineFiles are the files of --ci, by the system that reads them.
var pipelineFiles = []settings.Word[firstFile]{
	{Text: "github", Value: pipelineFile(".github/workflows/artihook.yml", "github.yml")},
	{Text: "gitlab", Value: pipelineFile(".gitlab-ci.yml", "gitlab.yml")},
	{Text: "jenkins", Value: pipelineFile("Jenkinsfile", "Jenkinsfile")},
}

func pipelineFile(name, content string) firstFile {
	return firstFile{name, "the pipeline: replace your-account and your-receiver", content}
}

func newInitCmd(a *app) *cobra.Command {
	var pipeline firstFile
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a first artihook.yaml, a scenario and a pipeline",
		Long: `Init writes a first artihook.yaml and scenarios/first-lead.yaml to the working directory, and with --ci the file of a
pipeline that runs the scenario. It overwrites nothing: if one of the files exists, it writes none.`,
		Example: `  artihook init
  artihook init --ci github`,
		Args: args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error { return runInit(a, pipeline) },
	}
	settings.AddFlag(cmd.Flags(), &pipeline, settings.FlagSpec[firstFile]{
		Name: "ci", Words: pipelineFiles, Usage: "Write a pipeline for this CI system too",
	})
	return cmd
}

func runInit(a *app, pipeline firstFile) error {
	files := projectFiles
	if pipeline.Name != "" {
		files = append(files[:len(files):len(files)], pipeline)
	}
	if err := checkFree(files); err != nil {
		return err
	}
	if err := writeFirstFiles(files); err != nil {
		return err
	}
	for _, f := range files {
		var err error
		if a.printer.JSON() {
			err = a.printer.WriteJSON(f)
		} else {
			_, err = fmt.Fprintf(a.printer.Out, "%-30s  %s\n", f.Name, f.About)
		}
		if err != nil {
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

// checkFree returns an error that names the files that already exist. Another name of artihook.yaml is one of them, because
// the program reads only one.
func checkFree(files []firstFile) error {
	for _, f := range files {
		names := []string{f.Name}
		if f.Name == settings.ConfigName {
			names = settings.ConfigNames()
		}
		for _, name := range names {
			if _, err := os.Lstat(filepath.FromSlash(name)); err == nil {
				return existsError(name)
			}
		}
	}
	return nil
}

func existsError(name string) error {
	return console.WithHint(fmt.Errorf("%s already exists; nothing was written", name), "move it away, or use init in another directory")
}

// writeFirstFiles writes all files, or none.
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
