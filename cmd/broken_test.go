package cmd

import (
	"bytes"
	"context"
	"database/sql"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"artihook/cmd/console"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/receiver"
)

// usedHistory returns the path of a history with some hundred pages and without a write-ahead log.
func usedHistory(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "history.db")
	store, err := history.Open(ctx, file, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		var batch []*history.Delivery
		for range 50 {
			batch = append(batch, &history.Delivery{
				Time: time.Now(), URL: "http://localhost:1/", SignURL: "http://localhost:1/", Attempt: 1,
				Request: exchange.Request{Method: "POST", Target: "/", Host: "localhost:1", Body: bytes.Repeat([]byte("x"), 1600)},
			})
		}
		if err := store.Plan(ctx, batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

func alter(t *testing.T, file, query string) {
	t.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("PRAGMA foreign_keys = OFF; " + query); err != nil {
		t.Fatal(err)
	}
}

func overwrite(t *testing.T, file string, from, to int) {
	t.Helper()
	content := mustRead(t, file)
	for i := from; i < min(to, len(content)); i++ {
		content[i] = byte(i * 7)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// isOneError reports whether the text is one line, or one line and a hint.
func isOneError(text string) bool {
	_, rest, ended := strings.Cut(text, "\n")
	return ended && (rest == "" || strings.HasPrefix(rest, "hint: ") && strings.Count(rest, "\n") == 1)
}

// TestBrokenHistories runs commands with a damaged history. The exit code is 3, the error is one line that names the file, the
// file does not change, and --no-history works.
func TestBrokenHistories(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(receiver.New(receiver.Options{}))
	t.Cleanup(server.Close)
	const page = 16384
	for name, c := range map[string]struct {
		damage func(t *testing.T, file string)
		want   string
	}{
		"newer":            {func(t *testing.T, file string) { alter(t, file, "PRAGMA user_version = 99") }, "a newer artihook has written it"},
		"truncated":        {func(t *testing.T, file string) { must(t, os.Truncate(file, int64(len(mustRead(t, file))/2))) }, "it is damaged"},
		"cut in a page":    {func(t *testing.T, file string) { must(t, os.Truncate(file, int64(len(mustRead(t, file))-page/2))) }, "it is damaged"},
		"cut to a header":  {func(t *testing.T, file string) { must(t, os.Truncate(file, 99)) }, "it is damaged"},
		"overwritten":      {func(t *testing.T, file string) { overwrite(t, file, 0, 1<<30) }, "not a history of deliveries"},
		"all but the head": {func(t *testing.T, file string) { overwrite(t, file, page, 1<<30) }, "it is damaged"},
		"the schema":       {func(t *testing.T, file string) { overwrite(t, file, 100, page) }, "it is damaged"},
		"another program":  {func(t *testing.T, file string) { alter(t, file, "PRAGMA application_id = 7") }, "not a history of deliveries"},
		"a table missing":  {func(t *testing.T, file string) { alter(t, file, "DROP TABLE requests; DROP TABLE settings") }, "it is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := usedHistory(t)
			lines := filepath.Join(t.TempDir(), "lines.jsonl")
			_, out, _ := runCommand(t.Context(), "history", "export", "--limit", "3", "--history", file)
			must(t, os.WriteFile(lines, []byte(out), 0o600))
			c.damage(t, file)
			before := mustRead(t, file)
			for _, command := range []string{
				"send " + server.URL, "play " + server.URL, "history list", "history list --grep x", "history show last", "history stats", "history export",
				"history prune --keep 1", "history resend last", "history import " + lines,
				"ui --addr 127.0.0.1:0",
			} {
				code, out, stderr := runCommand(t.Context(), append(strings.Fields(command), "--history", file, "--quiet")...)
				if code != console.ExitTool || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, file) || !isOneError(stderr) || strings.Contains(stderr, "SQL") {
					t.Errorf("%s: exit code %d, %q", command, code, stderr)
				}
				if !strings.HasPrefix(command, "history") && out != "" {
					t.Errorf("%s: sent %s", command, out)
				}
			}
			if !bytes.Equal(before, mustRead(t, file)) {
				t.Error("the file has changed")
			}
			for _, command := range []string{"send " + server.URL, "play " + server.URL} {
				if code, _, stderr := runCommand(t.Context(), append(strings.Fields(command), "--history", file, "--no-history", "--quiet")...); code != console.ExitOK {
					t.Errorf("%s --no-history: exit code %d, %s", command, code, stderr)
				}
			}
		})
	}
}

// onSmallDisk runs a script of sh in a folder that is a disk of 8 MB, and returns its output. $URL is the URL of a receiver. It
// skips the test if the system does not allow such a disk.
func onSmallDisk(t *testing.T, url, script string) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux lets a test mount a disk")
	}
	needs(t, "unshare")
	shell := []string{"-rm", "sh", "-euc"} // with mounts of its own
	if out, err := exec.CommandContext(limited(t), "unshare", append(shell, "mount -t tmpfs -o size=1m tmpfs /tmp")...).CombinedOutput(); err != nil {
		t.Skipf("this system does not let a test mount a disk: %s", out)
	}
	folder := t.TempDir()
	command := exec.CommandContext(limited(t), "unshare", append(shell, "mount -t tmpfs -o size=8m tmpfs . && cd \"$PWD\"\n"+script)...)
	command.Dir, command.Env = folder, append(os.Environ(), "URL="+url)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// TestFullDisk fills a disk with deliveries, and starts a history on a full disk. The batch that play could not commit leaves
// space for a few deliveries in the write-ahead log.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(receiver.New(receiver.Options{}))
	defer server.Close()
	got := onSmallDisk(t, server.URL, `
head -c 4m /dev/zero > rest
artihook play $URL --leads 100000 --history h.db --quiet >/dev/null || echo "exit $?"
artihook history --limit 1 --history h.db --quiet | cut -d' ' -f2
artihook play $URL --leads 2 --no-history --history h.db --quiet >/dev/null && echo "sent without a history"
artihook send $URL --history new.db --quiet || echo "exit $?"
for i in $(seq 99); do artihook send $URL --history h.db --quiet >/dev/null || { echo "exit $?"; break; }; done
rm rest
artihook send $URL --history h.db --quiet >/dev/null && echo "sent again"
artihook history prune --keep 10 --history h.db | cut -d\; -f2
artihook history stats --history h.db | head -1 | cut -d, -f1
`)
	const summary = `\d+ leads?, .* seed \d+`
	want := []string{
		summary, `play: writing the history ".*h.db": the disk is full.*`, `exit 3`, `\[(204|unknown)\]`, summary, `sent without a history`,
		`send: (opening|writing) the history ".*new.db": the disk is full.*`, `exit 3`, `send: (opening|writing) the history ".*h.db": the disk is full.*`, `exit 3`,
		`sent again`, ` the file went from \d+\.\d .B to \d+\.\d KB`, `10 deliveries`, ``,
	}
	matchLines(t, got, want)
}

// TestFileAtItsLimit limits the size of files to some hundred KB, which is like a full disk.
func TestFileAtItsLimit(t *testing.T) {
	t.Parallel()
	needs(t, "sh")
	server := httptest.NewServer(receiver.New(receiver.Options{}))
	defer server.Close()
	const script = `
(ulimit -f 800 && artihook play $URL --leads 100000 --history h.db --quiet >/dev/null) || echo "exit $?"
(ulimit -f 800 && artihook play $URL --leads 2 --no-history --history h.db --quiet >/dev/null) && echo "sent without a history"
artihook send $URL --history h.db --quiet >/dev/null && echo "sent again"
`
	command := exec.CommandContext(limited(t), "sh", "-euc", script)
	command.Dir, command.Env = t.TempDir(), append(os.Environ(), "URL="+server.URL)
	got, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	const summary = `\d+ leads?, .* seed \d+`
	matchLines(t, string(got), []string{summary, `play: writing the history ".*h.db": .*the limit on file size.*`, `exit 3`, summary, `sent without a history`, `sent again`, ``})
	checkWhole(t, filepath.Join(command.Dir, "h.db"))
}

// TestReadOnlyDisk uses a history on a read-only disk.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(receiver.New(receiver.Options{}))
	defer server.Close()
	got := onSmallDisk(t, server.URL, `
artihook send $URL --history h.db --quiet >/dev/null
artihook history stats --history h.db >/dev/null
sum=$(cksum h.db)
mount -o remount,ro tmpfs .
artihook send $URL --history h.db --quiet || echo "exit $?"
artihook send $URL --history new.db --quiet || echo "exit $?"
artihook history prune --keep 0 --history h.db || echo "exit $?"
artihook send $URL --history h.db --no-history --quiet >/dev/null && echo "sent without a history"
artihook history --history h.db | cut -d' ' -f2
test "$sum" = "$(cksum h.db)" && echo "unchanged"
`)
	want := []string{
		`send: (opening|writing) the history ".*h.db": .*(permissions|read-only).*`, `exit 3`,
		`send: (opening|writing) the history ".*new.db": .*read-only.*`, `exit 3`,
		`history prune: (opening|writing) the history ".*h.db": .*`, `exit 3`, `sent without a history`,
		`\[204\]`, `unchanged`, ``,
	}
	matchLines(t, got, want)
}

// matchLines compares the lines of a text, without hints, with regular expressions.
func matchLines(t *testing.T, got string, want []string) {
	t.Helper()
	lines := slices.DeleteFunc(strings.Split(got, "\n"), func(line string) bool { return strings.HasPrefix(line, "hint: ") })
	for i, line := range want {
		if i >= len(lines) || !regexp.MustCompile("^"+line+"$").MatchString(lines[i]) {
			t.Fatalf("line %d does not match %q:\n%s", i+1, line, got)
		}
	}
}
