package cmd

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"artihook/cmd/console"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

func TestCheckProbesWithTheGivenTLSSettings(t *testing.T) {
	t.Parallel()
	routes := http.NewServeMux()
	routes.Handle("/", receiver.New(receiver.Options{Secret: signature.NewSecret("s3cret")}))
	routes.HandleFunc("GET /kept/{lead}", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "this system keeps nothing of "+r.PathValue("lead"), http.StatusTeapot)
	})
	server := httptest.NewUnstartedServer(routes)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	var out, said bytes.Buffer
	code := Run(t.Context(), &console.System{
		Args: []string{
			"check", server.URL, "--insecure", "--secret", "s3cret", "--no-history", "--only", "life-gaps", "--probe", server.URL + "/kept/{lead}",
		},
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &said, Env: func(string) (string, bool) { return "", false }, Now: time.Now,
	})
	if want := "the probe got the status 418: this system keeps nothing of "; code != 1 || !strings.Contains(out.String(), want) {
		t.Errorf("exit code %d\n%s%s", code, out.String(), said.String())
	}
}
