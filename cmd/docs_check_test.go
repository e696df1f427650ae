package cmd

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// runExaminations runs the commands of docs/check.md in a folder of their own.
func runExaminations(t *testing.T, file string) {
	work := t.TempDir()
	for _, b := range readBlocks(t, file) {
		if b.kind == "sh" {
			runAgainstReceiver(t, work, b.text)
		}
	}
}

// runAgainstReceiver runs a document's commands in a folder that has the program in bin; localhost:3000 is a receiver that shows what it
// keeps of a lead at /leads/ID.
func runAgainstReceiver(t *testing.T, work, text string) {
	t.Helper()
	leads := &receiver.Leads{}
	mux := http.NewServeMux()
	mux.Handle("/", receiver.New(receiver.Options{Secret: signature.NewSecret(readmeSecret), Leads: leads}))
	mux.HandleFunc("GET /leads/{id}", func(w http.ResponseWriter, r *http.Request) {
		record, _ := leads.Of(r.PathValue("id"))
		_ = json.NewEncoder(w).Encode(record) // a closed connection shows in the command
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	text = strings.ReplaceAll(text, "localhost:3000", strings.TrimPrefix(server.URL, "http://"))
	command := exec.CommandContext(limited(t), needs(t, "bash"), "-euo", "pipefail", "-c", text)
	command.Dir = work
	command.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(work, "state"),
		pathWith(programFolder(t)))
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%s\n%v\n%s", text, err, output)
	}
}
