package cmd

import (
	"bufio"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// composeService is a service of a compose file.
type composeService struct {
	Command     string
	Environment map[string]string
	Volumes     []string
	Healthcheck struct{ Test []string }
}

// runDocker runs the services of the compose file as processes, with a directory in the place of the volume and no home directory.
// .ci/container runs such commands in the image.
func runDocker(t *testing.T, file string) {
	var compose struct{ Services map[string]composeService }
	for _, b := range readBlocks(t, file) {
		switch b.kind {
		case "yaml compose":
			readYAML(t, b.text, &compose)
		case "sh outside", "dockerfile":
		default:
			t.Errorf("nothing runs a block of the kind %q:\n%s", b.kind, b.text)
		}
	}
	volume := t.TempDir()
	services := compose.Services
	receiver := services["receiver"].start(t, volume, "0.0.0.0:3000")
	ui := services["artihook"].start(t, volume, "0.0.0.0:8400")

	test := services["artihook"].Healthcheck.Test
	if len(test) < 2 || test[0] != "CMD" || test[1] != "artihook" {
		t.Fatalf("the health check is %q, want CMD artihook …", test)
	}
	health := services["artihook"].process(t, volume, strings.ReplaceAll(strings.Join(test[2:], " "), "0.0.0.0:8400", ui))
	if output, err := health.CombinedOutput(); err != nil {
		t.Errorf("%v: %v\n%s", health, err, output)
	}
	job := services["scenarios"]
	run := job.process(t, volume, strings.ReplaceAll(job.Command, "receiver:3000", receiver))
	if output, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v: %v\n%s", run, err, output)
	}
	request, err := http.NewRequestWithContext(limited(t), http.MethodGet, "http://"+ui+"/api/deliveries", nil)
	must(t, err)
	request.Header.Set("Authorization", "Bearer "+services["artihook"].Environment["ARTIHOOK_TOKEN"])
	response, err := testClient.Do(request)
	if status, body := readPage(t, response, err); status != http.StatusOK || !strings.Contains(body, "lead:completed") {
		t.Errorf("the API has the status %d and no completed lead of the job:\n%s", status, body)
	}
}

// process returns artihook with the environment of the service. Only a service with the volume can record deliveries.
func (s composeService) process(t *testing.T, volume, args string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(limited(t), filepath.Join(programFolder(t), "artihook"), strings.Fields(args)...)
	command.Dir = t.TempDir()
	command.Env = []string{"HOME=" + filepath.Join(command.Dir, "missing")}
	for name, value := range s.Environment {
		command.Env = append(command.Env, name+"="+value)
	}
	if slices.Contains(s.Volumes, "history:/data") {
		command.Env = append(command.Env, "XDG_STATE_HOME="+volume)
	}
	return command
}

// start starts the command of a service that serves on addr, on a free port of loopback instead, and returns the address.
func (s composeService) start(t *testing.T, volume, addr string) string {
	t.Helper()
	if !strings.Contains(s.Command, "--addr "+addr) {
		t.Fatalf("the command %q does not serve on %s", s.Command, addr)
	}
	command := s.process(t, volume, strings.ReplaceAll(s.Command, addr, "127.0.0.1:0"))
	stderr, err := command.StderrPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill() // it may have ended
		_ = command.Wait()
	})
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(lines.Text()); address != "" {
			return address
		}
	}
	t.Fatalf("%v printed no address", command)
	return ""
}
