package cmd

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// waitLimit is how long a test waits for anything before it fails. A machine that is ten times slower needs less.
const waitLimit = 5 * time.Minute

// testClient is the HTTP client of the tests. No request of it waits for ever.
var testClient = &http.Client{Timeout: waitLimit}

// limited returns a context that ends with the test, or after waitLimit.
func limited(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	t.Cleanup(cancel)
	return ctx
}

// needs returns the path of a program, and skips the test where it is not installed.
func needs(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed", program)
	}
	return path
}

// buildProgram builds artihook into a new folder, once for all tests.
var buildProgram = sync.OnceValues(func() (folder string, err error) {
	if folder, err = os.MkdirTemp("", "artihook-test"); err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", folder+string(filepath.Separator), "..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	builtFolder = folder
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	return folder, nil
})

// builtFolder is what TestMain removes after the tests.
var builtFolder string

// programFolder returns the folder with the built program.
func programFolder(t testing.TB) string {
	t.Helper()
	needs(t, "go")
	folder, err := buildProgram()
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// testRun runs the tests of the package and removes what they share.
type testRun struct{ *testing.M }

func (r testRun) Run() int {
	defer func() {
		if builtFolder != "" {
			os.RemoveAll(builtFolder)
		}
	}()
	return r.M.Run()
}

// pathWith returns the environment variable PATH with these folders before the others.
func pathWith(folders ...string) string {
	return "PATH=" + strings.Join(append(folders, os.Getenv("PATH")), string(os.PathListSeparator))
}
