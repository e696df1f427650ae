package cmd

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// documentSecret is the secret of the documents.
const documentSecret = "s3cret"

// stage is a folder in which the commands of a document run, with the program and the receivers that the document names.
type stage struct {
	folder  string // its subfolder bin is in PATH
	program string // the path of artihook
	env     []string

	addresses   map[string]string // the real addresses of the receivers, by the documents' addresses
	hosts, back *strings.Replacer // from the documents' addresses to the real ones, and back
}

// setStage starts the receivers. Nothing listens at localhost:3999.
func setStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{folder: t.TempDir()}
	s.program = filepath.Join(programFolder(t), "artihook")
	public, err := signature.ParseURL("https://crm.example")
	if err != nil {
		t.Fatal(err)
	}
	s.addresses = map[string]string{
		"localhost:3000": startLeadStore(t, s.folder),
		"localhost:3001": serveReceiver(t, receiver.Options{PublicURL: public}),
		"localhost:3002": serveReceiver(t, receiver.Options{Scheme: signature.SchemeBody}),
		"localhost:3999": "127.0.0.1:1",
	}
	s.setHosts()
	s.env = append(os.Environ(),
		"XDG_STATE_HOME="+filepath.Join(s.folder, "state"), "ARTIHOOK_SECRET="+documentSecret, "CRM_SECRET="+documentSecret,
		pathWith(filepath.Join(s.folder, "bin"), filepath.Dir(s.program)), "GITHUB_ACTIONS=")
	return s
}

// setHosts sets the replacers from the addresses.
func (s *stage) setHosts() {
	var hosts, back []string
	for shown, real := range s.addresses {
		hosts, back = append(hosts, shown, real), append(back, real, shown)
	}
	s.hosts, s.back = strings.NewReplacer(hosts...), strings.NewReplacer(back...)
}

// write writes a file, with the real addresses, below the folder.
func (s *stage) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(s.folder, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(s.hosts.Replace(text)), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// writeCaptured writes a payload that ArtiBot sent.
func (s *stage) writeCaptured(t *testing.T, name string) {
	t.Helper()
	captured, err := os.ReadFile("../emitter/payload/testdata/samples/2022-completed.json")
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, name, string(captured))
}

// artihook runs the program in the folder and returns its output, with the addresses of the documents.
func (s *stage) artihook(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	for i := range args {
		args[i] = s.hosts.Replace(args[i])
	}
	return s.run(t, exec.CommandContext(limited(t), s.program, args...))
}

// script runs a script of bash in the folder.
func (s *stage) script(t *testing.T, text string, env ...string) (stdout, stderr string, code int) {
	t.Helper()
	command := exec.CommandContext(limited(t), needs(t, "bash"), "-euo", "pipefail", "-c", s.hosts.Replace(text))
	command.Env = append(s.env[:len(s.env):len(s.env)], env...)
	return s.run(t, command)
}

func (s *stage) run(t *testing.T, command *exec.Cmd) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	command.Dir, command.Stdout, command.Stderr = s.folder, &out, &errs
	if command.Env == nil {
		command.Env = s.env
	}
	err := command.Run()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return s.back.Replace(out.String()), s.back.Replace(errs.String()), code
}

// serveReceiver starts a receiver with the secret of the documents and returns its address.
func serveReceiver(t *testing.T, opts receiver.Options) string {
	t.Helper()
	opts.Secret = signature.NewSecret(documentSecret)
	server := httptest.NewServer(receiver.New(opts))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}
