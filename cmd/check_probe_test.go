package cmd

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"artihook/cmd/console"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

func TestProbeUsesTheTLSSettings(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short sends no whole examination")
	}
	routes := http.NewServeMux()
	routes.Handle("/", receiver.New(receiver.Options{Secret: signature.NewSecret("s3cret")}))
	routes.HandleFunc("GET /leads/{lead}", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "this system does not store "+r.PathValue("lead"), http.StatusTeapot)
	})
	server := httptest.NewUnstartedServer(routes)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	code, stdout, stderr := runCommand(t.Context(),
		"check", server.URL, "--insecure", "--secret", "s3cret", "--no-history", "--only", "life-gaps", "--probe", server.URL+"/leads/{lead}")
	if want := "the probe got the status 418: this system does not store "; code != console.ExitFailed || !strings.Contains(stdout, want) {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}
