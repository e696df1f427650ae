package cmd

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// block is one fenced block of a Markdown file.
type block struct {
	kind string // what stands behind the fence: "sh", "sh outside", "js"
	text string
}

func readBlocks(t *testing.T, file string) []block {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []block
	for _, match := range regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, block{kind: match[1], text: match[2]})
	}
	if len(blocks) == 0 {
		t.Fatalf("%s has no blocks", file)
	}
	return blocks
}

func onlyBlock(t *testing.T, kind string) string {
	t.Helper()
	var found []string
	for _, b := range readBlocks(t, "../README.md") {
		if b.kind == kind {
			found = append(found, b.text)
		}
	}
	if len(found) != 1 {
		t.Fatalf("the README has %d blocks of %q", len(found), kind)
	}
	return found[0]
}

func needs(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not here", program)
	}
	return path
}

const readmeSecret = "s3cret"

// TestREADMECommands runs every command of the README that needs no outside service, in the order in which they stand.
func TestREADMECommands(t *testing.T) {
	bash := needs(t, "bash")
	work := t.TempDir()
	buildInto(t, filepath.Join(work, "bin"))
	hosts := []string{
		"localhost:3000", startReceiverOf(t, ""),
		"localhost:3001", startReceiverOf(t, "https://crm.example"),
	}
	writeREADMEFiles(t, work, strings.NewReplacer(hosts...))
	env := append(os.Environ(), // HOME stays, since Go keeps its build cache there
		"XDG_STATE_HOME="+filepath.Join(work, "state"),
		"PATH="+filepath.Join(work, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	ran := 0
	for _, b := range readBlocks(t, "../README.md") {
		switch {
		case b.kind != "sh":
			continue
		case strings.HasPrefix(b.text, "artihook ui"):
			ui := start(t, append(strings.Fields(b.text)[1:], "--addr", "127.0.0.1:0", "--history", filepath.Join(work, "ui.db"))...)
			if status, _ := getPage(t, ui.url(t)); status != http.StatusOK {
				t.Errorf("%s: the page answers %d", b.text, status)
			}
			ui.stop()
			ran++
			continue
		case strings.HasPrefix(b.text, "artihook listen"):
			listen := start(t, append(strings.Fields(b.text)[1:], "--addr", "127.0.0.1:0")...)
			defer listen.stop()
			hosts = append(hosts, "localhost:8000", strings.TrimPrefix(listen.url(t), "http://"))
			go new(bytes.Buffer).ReadFrom(listen.stdout)
			continue
		}
		folder := work
		text := strings.NewReplacer(hosts...).Replace(b.text)
		if strings.HasPrefix(b.text, "go ") {
			folder = ".."
			text = strings.ReplaceAll(text, "go test ./...", "true # this is where we are")
			text = strings.ReplaceAll(text, "go install .", "true # was built above")
		}
		command := exec.CommandContext(t.Context(), bash, "-euo", "pipefail", "-c", text)
		command.Dir, command.Env = folder, env
		if strings.Contains(text, "CRM_SECRET") {
			command.Dir = filepath.Join(work, "account")
		} else if !strings.HasPrefix(text, "export") {
			command.Env = append(env, "ARTIHOOK_SECRET="+readmeSecret)
		}
		if output, err := command.CombinedOutput(); err != nil {
			t.Errorf("%s\n%v\n%s", text, err, output)
		}
		ran++
	}
	if ran < 8 {
		t.Errorf("only %d blocks were run", ran)
	}
}

// startReceiverOf starts the user's receiver, which may have been told its public URL, and gives its address.
func startReceiverOf(t *testing.T, publicURL string) string {
	t.Helper()
	opt := receiver.Options{Secret: signature.NewSecret(readmeSecret)}
	if publicURL != "" {
		var err error
		if opt.PublicURL, err = signature.ParseURL(publicURL); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(receiver.New(opt))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// writeREADMEFiles lays out what the README takes for granted: a captured payload, its scenario, and its artihook.yaml.
func writeREADMEFiles(t *testing.T, work string, hosts *strings.Replacer) {
	t.Helper()
	captured, err := os.ReadFile("../emitter/payload/testdata/samples/2022-completed.json")
	if err != nil {
		t.Fatal(err)
	}
	account := filepath.Join(work, "account")
	for _, err := range []error{
		os.Mkdir(account, 0o755),
		os.Mkdir(filepath.Join(work, "scenarios"), 0o755),
		os.WriteFile(filepath.Join(work, "scenarios", "forged.yaml"), []byte(onlyBlock(t, "yaml scenario")), 0o644),
		os.WriteFile(filepath.Join(work, "captured.json"), captured, 0o644),
		os.WriteFile(filepath.Join(account, "artihook.yaml"), []byte(hosts.Replace(onlyBlock(t, "yaml"))), 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func buildInto(t *testing.T, folder string) {
	t.Helper()
	build := exec.CommandContext(t.Context(), needs(t, "go"), "build", "-o", folder+string(filepath.Separator), ".")
	build.Dir = ".."
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}
