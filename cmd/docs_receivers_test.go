package cmd

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const receiversFolder = "../docs/receivers"

// TestReceivers starts the receivers of docs/receivers with the commands of its README, sends valid and invalid deliveries
// to them, and examines them with the command of the README.
func TestReceivers(t *testing.T) {
	t.Parallel()
	blocks := readBlocks(t, receiversFolder+"/README.md")
	if len(blocks) != 2*5 {
		t.Fatalf("%d blocks for 5 receivers", len(blocks))
	}
	for i := 0; i < len(blocks); i += 2 {
		start, examination := blocks[i], blocks[i+1]
		if start.kind != "sh start" || examination.kind != "sh check" {
			t.Fatalf("the blocks %q and %q are not the start and the examination of a receiver", start.kind, examination.kind)
		}
		program := programOf(start.text)
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			needs(t, program)
			bash := needs(t, "bash")
			address := "localhost:" + freePort(t)
			here := strings.NewReplacer("localhost:3000", address, "PORT=3000", "PORT="+strings.TrimPrefix(address, "localhost:"))
			var output bytes.Buffer
			process := exec.Command(bash, "-c", here.Replace(start.text))
			process.Dir, process.Stdout, process.Stderr = "../", &output, &output
			stop := startGroup(t, process)
			defer stop()
			if !listensAt(address) {
				stop()
				t.Fatalf("the receiver did not start: %s", &output)
			}
			examine(t, "http://"+address+"/hook?x=%20a")
			check := exec.CommandContext(limited(t), bash, "-c", here.Replace(strings.TrimSpace(examination.text))+" --no-history")
			if result, err := check.CombinedOutput(); err != nil {
				t.Errorf("%s%v\n%s", examination.text, err, result)
			}
		})
	}
}

// programOf returns the program of a command, which may begin with variables.
func programOf(command string) string {
	for _, word := range strings.Fields(command) {
		if !strings.Contains(word, "=") {
			return word
		}
	}
	return ""
}

// examine sends a valid delivery and similar invalid ones.
func examine(t *testing.T, url string) {
	t.Helper()
	body := strings.Replace(eventBody, `{`, `{"lead":{"data":{"Naïve & <b>":{}}},`, 1)
	valid := signFor(url, body)
	for _, tt := range []struct {
		name, body, header string
		want               int
	}{
		{"valid", body, valid, 204},
		{"valid, lower case", body, strings.ToLower(valid), 204},
		{"another body", body + " ", valid, 401},
		{"another URL", body, signFor(url+"x", body), 401},
		{"no signature", body, "", 401},
		{"not hex", body, "hello", 401},
		{"truncated", body, valid[:39], 401},
		{"valid, not JSON", "{", signFor(url, "{"), 400},
	} {
		if got := post(t, url, tt.body, tt.header); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
	for _, unusual := range []string{`{}`, `[]`, `null`, `5`, `"text"`, `{"lead":null}`, `{"lead":{"data":null},"action":{}}`} {
		if got := post(t, url, unusual, signFor(url, unusual)); got >= 500 {
			t.Errorf("the body %s: got %d", unusual, got)
		}
	}
}

// freePort returns a port that was free a moment ago, for programs that cannot choose one themselves.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// listensAt reports whether something listens at the address within waitLimit, which includes building a receiver.
func listensAt(address string) bool {
	for deadline := time.Now().Add(waitLimit); time.Now().Before(deadline); {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			conn.Close()
			return true
		}
		<-time.After(20 * time.Millisecond)
	}
	return false
}

// TestReceiversFromAnotherModule writes the files of docs/receivers/go.md, with this tree as the clone, and runs the commands
// of the document.
func TestReceiversFromAnotherModule(t *testing.T) {
	t.Parallel()
	needs(t, "go")
	bash := needs(t, "bash")
	folder := filepath.Join(t.TempDir(), "leads")
	clone, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	written := 0
	var commands []string
	for _, b := range readBlocks(t, receiversFolder+"/go.md") {
		_, name, _ := strings.Cut(b.kind, " ")
		switch {
		case b.kind == "sh":
			commands = append(commands, b.text)
			continue
		case name == "":
			t.Fatalf("nothing runs a block of the kind %q", b.kind)
		}
		written++
		text := strings.ReplaceAll(b.text, "../artihook", strconv.Quote(clone))
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if written != 3 || len(commands) != 2 {
		t.Fatalf("%d files and %d commands", written, len(commands))
	}
	for _, text := range commands {
		command := exec.CommandContext(limited(t), bash, "-c", text)
		command.Dir, command.Env = folder, append(os.Environ(), "GOFLAGS=")
		output, err := command.CombinedOutput()
		if err != nil && bytes.Contains(output, []byte("dial tcp")) {
			t.Skipf("a module is not in the cache, and the module proxy does not respond: %s", output)
		}
		if err != nil {
			t.Fatalf("%s%v\n%s", text, err, output)
		}
	}
}
