package cmd

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite docs/THIRD_PARTY_LICENSES.txt, or add the digests of a new version of the schemas to testdata/schemas.txt")

// TestThirdPartyLicenses compares docs/THIRD_PARTY_LICENSES.txt with the licences of the modules that are linked into the program on
// any of its platforms.
func TestThirdPartyLicenses(t *testing.T) {
	t.Parallel()
	const file = "../docs/THIRD_PARTY_LICENSES.txt"
	want := thirdPartyLicenses(t, linkedModules(t))
	if *update {
		must(t, os.WriteFile(file, []byte(want), 0o644))
	}
	got, err := os.ReadFile(file)
	must(t, err)
	if diff := cmp.Diff(want, strings.ReplaceAll(string(got), "\r\n", "\n")); diff != "" {
		t.Errorf("%s (-modules +file); run go test ./cmd -run %s -update\n%s", file, t.Name(), diff)
	}
}

// linkedModules returns the folder of each module that is linked into the program, by module path.
func linkedModules(t *testing.T) map[string]string {
	t.Helper()
	folders := map[string]string{}
	for _, system := range []string{"darwin", "linux", "windows"} {
		list := exec.CommandContext(limited(t), needs(t, "go"), "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}", "..")
		list.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system)
		output, err := list.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", list, err, stderrOf(err))
		}
		for line := range strings.Lines(string(output)) {
			path, folder, _ := strings.Cut(strings.TrimSpace(line), "\t")
			folders[path] = folder
		}
	}
	return folders
}

func stderrOf(err error) []byte {
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return exit.Stderr
	}
	return nil
}

// thirdPartyLicenses returns each licence text once, after the modules that have it.
func thirdPartyLicenses(t *testing.T, folders map[string]string) string {
	t.Helper()
	modules := map[string][]string{} // by licence text
	for path, folder := range folders {
		text := licenseText(t, path, folder)
		modules[text] = append(modules[text], path)
		// The standard library has the licence of the other modules of the Go project. Some distributions of Go leave its file out.
		if path == "golang.org/x/sys" {
			modules[text] = append(modules[text], "the Go standard library")
		}
	}
	texts := slices.SortedFunc(maps.Keys(modules), func(a, b string) int {
		return strings.Compare(slices.Min(modules[a]), slices.Min(modules[b]))
	})
	var file strings.Builder
	file.WriteString("The programs of artihook's releases contain the following software.\n")
	for _, text := range texts {
		slices.Sort(modules[text])
		fmt.Fprintf(&file, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(modules[text], "\n"), text)
	}
	return file.String()
}

// licenseText returns the text of the licence files of a module.
func licenseText(t *testing.T, module, folder string) string {
	t.Helper()
	var text bytes.Buffer
	for _, pattern := range []string{"LICEN[CS]E*", "COPYING*", "NOTICE*", "PATENTS"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		must(t, err)
		for _, file := range files {
			part, err := os.ReadFile(file)
			must(t, err)
			text.Write(part)
			text.WriteByte('\n')
		}
	}
	lines := strings.Split(strings.ReplaceAll(text.String(), "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	if text.Len() == 0 {
		t.Errorf("module %s has no licence file in %s", module, folder)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
