package cmd

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestNpmPackages packs the packages, installs them without a network, and runs artihook with npx. A script that calls the program is
// in its place, because npm takes seconds to compress the program. .ci/test-release does the same with the real one.
func TestNpmPackages(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a script cannot replace artihook.exe")
	}
	node, npm, npx := needs(t, "node"), needs(t, "npm"), needs(t, "npx")
	folder := t.TempDir()
	run := func(name string, args ...string) string {
		t.Helper()
		command := exec.CommandContext(limited(t), name, args...)
		command.Dir = folder
		command.Env = append(os.Environ(), "HOME="+folder, "npm_config_cache="+filepath.Join(folder, "cache"), "npm_config_offline=true",
			"npm_config_audit=false", "npm_config_fund=false", "npm_config_update_notifier=false", "XDG_STATE_HOME="+folder)
		output, err := command.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s%s", command, err, output, stderrOf(err))
		}
		return string(output)
	}
	script, err := filepath.Abs("../.ci/npm/pack.js")
	must(t, err)
	program := filepath.Join(programFolder(t), "artihook")
	call := filepath.Join(folder, "call")
	must(t, os.WriteFile(call, fmt.Appendf(nil, "#!/bin/sh\nexec '%s' \"$@\"\n", program), 0o700))
	run(node, script, "1.2.3-test", "packages", runtime.GOOS+"/"+runtime.GOARCH+"="+call, "windows/arm64="+call)

	platform := "./packages/" + runtime.GOOS + "-" + map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	tarballs := strings.Fields(run(npm, "pack", "--silent", "./packages/artihook", platform))
	run(npm, "init", "--yes")
	run(npm, append([]string{"install", "--silent"}, tarballs...)...)
	installed, err := exec.CommandContext(limited(t), program, "version").Output()
	must(t, err)
	if got := run(npx, "artihook", "version"); got != string(installed) {
		t.Errorf("npx artihook version prints %q, want %q", got, installed)
	}
	if got := run(npx, "artihook", "demo"); !strings.Contains(got, "[204] lead:completed") {
		t.Errorf("npx artihook demo prints\n%s", got)
	}
	var manifest struct{ OptionalDependencies map[string]string }
	text, err := os.ReadFile(filepath.Join(folder, "node_modules", "artihook", "package.json"))
	must(t, err)
	must(t, json.Unmarshal(text, &manifest))
	if got := manifest.OptionalDependencies["@artihook/win32-arm64"]; got != "1.2.3-test" {
		t.Errorf("the package requires version %q of the program for Windows, want its own", got)
	}
}
