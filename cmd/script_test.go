package cmd

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"artihook/emitter/receiver"
	"artihook/emitter/receiver/receivertest"
	"artihook/emitter/signature"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(testRun{m}, map[string]func(){
		"artihook":  func() { os.Exit(Main()) },
		bareCommand: runBareReceiver,
	})
}

// scriptSecret is what the receivers of the scripts expect, and what must not be found anywhere afterwards.
const scriptSecret = "hush-hush-0815-ünïcode"

// TestScripts runs every script of testdata/script as a user would: the built program, an empty home, real receivers.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setupScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode": exitcodeCmd,
			"receiver": receiverCmd,
			"nosecret": nosecretCmd,
			"arrived":  arrivedCmd,
			"capture":  captureCmd,
			"respond":  respondCmd,

			"nowhere":   nowhereCmd,
			"nocommand": nocommandCmd,
		},
	})
}

func setupScript(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	for name, value := range map[string]string{
		"HOME": home, "XDG_STATE_HOME": filepath.Join(home, ".local", "state"), "ARTIHOOK_SECRET": scriptSecret, "TZ": "UTC",
	} {
		env.Setenv(name, value)
	}
	env.Values[arrivalsKey{}] = &arrivals{}
	return os.MkdirAll(home, 0o700)
}

// arrivals are the bodies that the script's receivers took.
type arrivals struct {
	mu     sync.Mutex
	bodies []string
}

type arrivalsKey struct{}

// receiverCmd starts a verifying receiver and puts its URL into the variable: receiver NAME [STATUS|MISBEHAVIOR]. Its
// records of a lead are at /kept/ID.
func receiverCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: receiver NAME [STATUS|MISBEHAVIOR]")
	}
	opt := receiver.Options{Secret: signature.NewSecret(scriptSecret)}
	var mistakes []receivertest.Misbehavior
	if len(args) > 1 {
		if status, err := strconv.Atoi(args[1]); err == nil {
			opt.Status = status
		} else {
			mistakes = []receivertest.Misbehavior{receivertest.Misbehavior(args[1])}
		}
	}
	kept := ts.Value(arrivalsKey{}).(*arrivals)
	opt.Seen = func(a receiver.Arrival) {
		kept.mu.Lock()
		defer kept.mu.Unlock()
		kept.bodies = append(kept.bodies, fmt.Sprintf("%v %s", a.Verified, a.Body))
	}
	mux := http.NewServeMux()
	served := receivertest.New(opt, mistakes...)
	mux.Handle("/", served)
	mux.HandleFunc("GET /kept/{id}", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(served.Records(r.PathValue("id"))) // a closed connection shows in the command
	})
	server := httptest.NewServer(mux)
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL)
	ts.Setenv(args[0]+"_PORT", server.URL[strings.LastIndexByte(server.URL, ':')+1:])
}

// arrivedCmd holds how many requests the receivers took: arrived N [right].
func arrivedCmd(ts *testscript.TestScript, _ bool, args []string) {
	kept := ts.Value(arrivalsKey{}).(*arrivals)
	kept.mu.Lock()
	defer kept.mu.Unlock()
	n, right := 0, 0
	for _, body := range kept.bodies {
		n++
		if strings.HasPrefix(body, "true ") {
			right++
		}
	}
	if len(args) == 2 {
		n = right
	}
	if strconv.Itoa(n) != args[0] {
		ts.Fatalf("%d requests arrived, %d of them right; want %v", len(kept.bodies), right, args)
	}
}

// exitcodeCmd runs a program and holds its exit code: exitcode N program args…
func exitcodeCmd(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := new(exec.ExitError); err != nil {
		if !asExit(err, &exit) {
			ts.Check(err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func asExit(err error, exit **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError)
	*exit = e
	return ok
}

// secretTrace matches half of the secret, in hex and base64 too.
var secretTrace = regexp.MustCompile(`(?i)hush-hush-08|15-ünïcode|687573682d687573682d|aHVzaC1odXNoLTA4`)

// nosecretCmd looks for the secret in every file of the script's folder.
func nosecretCmd(ts *testscript.TestScript, _ bool, _ []string) {
	work := ts.Getenv("WORK")
	ts.Check(filepath.WalkDir(work, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".secret") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if found := secretTrace.Find(content); found != nil {
			return fmt.Errorf("%s holds the secret as %q", path, found)
		}
		return nil
	}))
	for _, output := range []string{ts.ReadFile("stdout"), ts.ReadFile("stderr")} {
		if secretTrace.MatchString(output) {
			ts.Fatalf("the secret was printed: %s", output)
		}
	}
}

// captureCmd puts what a regular expression finds in a file into a variable: capture NAME FILE 'expr(group)'.
func captureCmd(ts *testscript.TestScript, _ bool, args []string) {
	match := regexp.MustCompile(args[2]).FindStringSubmatch(ts.ReadFile(args[1]))
	if match == nil {
		ts.Fatalf("%s does not match %q", args[1], args[2])
	}
	ts.Setenv(args[0], match[len(match)-1])
}

// nowhereCmd holds that no file matches an expression: nowhere 'expr' FILE….
func nowhereCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: nowhere expr file…")
	}
	expr := regexp.MustCompile(args[0])
	for _, file := range args[1:] {
		if found := expr.FindString(ts.ReadFile(file)); found != "" {
			ts.Fatalf("%s holds %q", file, found)
		}
	}
}

// nocommandCmd holds that no line of a file is a workflow command of GitHub, but for those of these beginnings and those
// between stop-commands and its end: nocommand FILE [BEGINNING…].
func nocommandCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: nocommand file [beginning…]")
	}
	stopped := ""
	for line := range strings.FieldsFuncSeq(ts.ReadFile(args[0]), func(r rune) bool { return r == '\n' || r == '\r' }) {
		trimmed := strings.TrimSpace(line)
		own := slices.ContainsFunc(args[1:], func(beginning string) bool { return strings.HasPrefix(line, beginning) })
		switch token, stops := strings.CutPrefix(line, "::stop-commands::"); {
		case stopped != "":
			if line == "::"+stopped+"::" {
				stopped = ""
			}
		case own && stops:
			stopped = token
		case !own && (strings.HasPrefix(trimmed, "::") || strings.Contains(line, "##[")):
			ts.Fatalf("%s holds the command %q", args[0], line)
		}
	}
	if stopped != "" {
		ts.Fatalf("%s stops commands for good", args[0])
	}
}
