package cmd

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"artihook/cmd/console"
)

// waitLimit is the longest time that a test waits for anything. It is enough for a machine that is ten times slower.
const waitLimit = 5 * time.Minute

// testClient is the HTTP client of the tests. Its requests end after waitLimit.
var testClient = &http.Client{Timeout: waitLimit}

// testSystem returns a system with these arguments and outputs, an empty stdin and no environment variables.
func testSystem(stdout, stderr io.Writer, args ...string) *console.System {
	return &console.System{
		Program: "artihook", Args: args, Stdin: strings.NewReader(""), Stdout: stdout, Stderr: stderr,
		Env: func(string) (string, bool) { return "", false }, Now: time.Now,
	}
}

// runCommand runs a command line in the process of the test.
func runCommand(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Run(ctx, testSystem(&out, &errs, args...))
	return code, out.String(), errs.String()
}

// must ends the test if err is not nil.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// limited returns a context that ends with the test, or after waitLimit.
func limited(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	t.Cleanup(cancel)
	return ctx
}

// needs returns the path of a program. It skips the test if the program is not installed, and with -short.
func needs(t testing.TB, program string) string {
	t.Helper()
	if _, isTest := t.(*testing.T); isTest && testing.Short() {
		t.Skip("-short starts no other programs")
	}
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

// builtFolder is the folder of the built program. TestMain removes it after the tests.
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

// testRun runs the tests of the package and then removes the built program.
type testRun struct{ *testing.M }

func (r testRun) Run() int {
	flag.Set("test.parallel", "8") // most tests wait for other processes
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
