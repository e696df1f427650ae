package cmd

import (
	"encoding/json"
	"errors"
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
	"unicode/utf16"

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

// scriptSecret is the secret of the receivers of the scripts. nosecret looks for it.
const scriptSecret = "hush-hush-0815-ünïcode"

// TestScripts runs every script of testdata/script with the program in a process, an empty home and real receivers.
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
			"nowhere":  nowhereCmd,
			"utf16":    utf16Cmd,
			"crlf":     crlfCmd,

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

// arrivals are the requests that the receivers of a script got.
type arrivals struct {
	mu       sync.Mutex
	verified []bool // one for each request
}

type arrivalsKey struct{}

// receiverCmd starts a verifying receiver and puts its URL into a variable: receiver NAME [STATUS|MISBEHAVIOR]. GET /leads/ID
// returns what it stored of a lead.
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
	arrived := ts.Value(arrivalsKey{}).(*arrivals)
	opt.Seen = func(a receiver.Arrival) {
		arrived.mu.Lock()
		defer arrived.mu.Unlock()
		arrived.verified = append(arrived.verified, a.Verified)
	}
	mux := http.NewServeMux()
	served := receivertest.New(opt, mistakes...)
	mux.Handle("/", served)
	mux.HandleFunc("GET /leads/{id}", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(served.Records(r.PathValue("id"))) // a closed connection shows in the command
	})
	server := httptest.NewServer(mux)
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL)
	ts.Setenv(args[0]+"_PORT", server.URL[strings.LastIndexByte(server.URL, ':')+1:])
}

// arrivedCmd checks how many requests the receivers got, or how many with a valid signature: arrived N [right].
func arrivedCmd(ts *testscript.TestScript, neg bool, args []string) {
	onlyValid := len(args) == 2 && args[1] == "right"
	if neg || len(args) != 1 && !onlyValid {
		ts.Fatalf("usage: arrived N [right]")
	}
	arrived := ts.Value(arrivalsKey{}).(*arrivals)
	arrived.mu.Lock()
	defer arrived.mu.Unlock()
	all, valid := len(arrived.verified), 0
	for _, verified := range arrived.verified {
		if verified {
			valid++
		}
	}
	n := all
	if onlyValid {
		n = valid
	}
	if strconv.Itoa(n) != args[0] {
		ts.Fatalf("%d requests arrived, %d of them with a valid signature; want %v", all, valid, args)
	}
}

// exitcodeCmd runs a program and checks its exit code: exitcode N PROGRAM [ARG…].
func exitcodeCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode N PROGRAM [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// secretTrace matches half of the secret as text, in hex and in base64.
var secretTrace = regexp.MustCompile(`(?i)hush-hush-08|15-ünïcode|687573682d687573682d|aHVzaC1odXNoLTA4`)

// nosecretCmd checks that no file of the script's folder and no output contains the secret. It skips files that end with .secret.
func nosecretCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: nosecret")
	}
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
			return fmt.Errorf("%s contains the secret as %q", path, found)
		}
		return nil
	}))
	for _, output := range []string{ts.ReadFile("stdout"), ts.ReadFile("stderr")} {
		if secretTrace.MatchString(output) {
			ts.Fatalf("the secret was printed: %s", output)
		}
	}
}

// captureCmd sets a variable to the last group of a regular expression in a file: capture NAME FILE 'EXPR(GROUP)'.
func captureCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: capture NAME FILE EXPR")
	}
	match := regexp.MustCompile(args[2]).FindStringSubmatch(ts.ReadFile(args[1]))
	if match == nil {
		ts.Fatalf("%s does not match %q", args[1], args[2])
	}
	ts.Setenv(args[0], match[len(match)-1])
}

// utf16Cmd writes files again as > in Windows PowerShell writes them, in UTF-16 with CRLF: utf16 FILE….
func utf16Cmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: utf16 FILE…")
	}
	for _, name := range args {
		out := []byte("\xff\xfe")
		for _, u := range utf16.Encode([]rune(strings.ReplaceAll(ts.ReadFile(name), "\n", "\r\n"))) {
			out = append(out, byte(u), byte(u>>8))
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), out, 0o600))
	}
}

// crlfCmd writes files again as Notepad of Windows writes them, with a byte order mark and CRLF: crlf FILE….
func crlfCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: crlf FILE…")
	}
	for _, name := range args {
		out := "\ufeff" + strings.ReplaceAll(ts.ReadFile(name), "\n", "\r\n")
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(out), 0o600))
	}
}

// nowhereCmd checks that no file matches a regular expression: nowhere EXPR FILE….
func nowhereCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: nowhere EXPR FILE…")
	}
	expr := regexp.MustCompile(args[0])
	for _, file := range args[1:] {
		if found := expr.FindString(ts.ReadFile(file)); found != "" {
			ts.Fatalf("%s contains %q", file, found)
		}
	}
}

// nocommandCmd checks that no line of a file is a workflow command of GitHub: nocommand FILE [PREFIX…]. Lines with one of the
// prefixes, and lines between stop-commands and its end, are allowed.
func nocommandCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: nocommand FILE [PREFIX…]")
	}
	stopped := ""
	for line := range strings.FieldsFuncSeq(ts.ReadFile(args[0]), func(r rune) bool { return r == '\n' || r == '\r' }) {
		trimmed := strings.TrimSpace(line)
		own := slices.ContainsFunc(args[1:], func(prefix string) bool { return strings.HasPrefix(line, prefix) })
		switch token, stops := strings.CutPrefix(line, "::stop-commands::"); {
		case stopped != "":
			if line == "::"+stopped+"::" {
				stopped = ""
			}
		case own && stops:
			stopped = token
		case !own && (strings.HasPrefix(trimmed, "::") || strings.Contains(line, "##[")):
			ts.Fatalf("%s contains the command %q", args[0], line)
		}
	}
	if stopped != "" {
		ts.Fatalf("%s stops commands and does not start them again", args[0])
	}
}
