package cmd

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"flag"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"artihook/cmd/console"
	"artihook/emitter/history"
)

// kills is the number of times that TestNeverLost kills play: go test ./cmd -run NeverLost -kills 200
var kills = flag.Int("kills", 6, "the number of times that TestNeverLost kills play")

type bodySum = [sha256.Size]byte

// counter is a receiver that counts every request before it responds. It calls a function at one of them.
type counter struct {
	*httptest.Server
	mu     sync.Mutex
	bodies map[bodySum]int
	total  int
	at     int // the request at which then is called
	then   func()
}

func startCounter(t *testing.T) *counter {
	t.Helper()
	c := &counter{bodies: map[bodySum]int{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the request is incomplete
		}
		c.count(sha256.Sum256(body))
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *counter) count(sum bodySum) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bodies[sum]++
	if c.total++; c.then != nil && c.total >= c.at {
		c.then()
		c.then = nil
	}
}

// after calls then when this many more requests have arrived.
func (c *counter) after(more int, then func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.then = c.total+more, then
}

// sums returns a copy of the counts.
func (c *counter) sums() map[bodySum]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	sums := make(map[bodySum]int, len(c.bodies))
	for sum, n := range c.bodies {
		sums[sum] = n
	}
	return sums
}

// program returns a command line of the program, for a new process in an empty directory.
func program(t *testing.T, args ...string) (command *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	command, stderr = exec.CommandContext(limited(t), "artihook", args...), new(bytes.Buffer)
	command.Dir, command.Stderr = t.TempDir(), stderr
	return command, stderr
}

// TestNeverLost kills play at random moments: after some requests, or after some milliseconds, when the history may not exist
// yet. Each time, the history must be undamaged and contain every request that the receiver has counted.
func TestNeverLost(t *testing.T) {
	t.Parallel()
	receiver := startCounter(t)
	file := filepath.Join(t.TempDir(), "history.db")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for round := range *kills {
		play, stderr := program(t, "play", receiver.URL, "--leads", "1000000", "--concurrency", "16", "--history", file, "--quiet", "-o", "json")
		if err := play.Start(); err != nil {
			t.Fatal(err)
		}
		kill := func() { _ = play.Process.Kill() }
		if round%3 == 2 {
			time.AfterFunc(time.Duration(random.IntN(60_000))*time.Microsecond, kill)
		} else {
			receiver.after(1+random.IntN(1500), kill)
		}
		if err := play.Wait(); err == nil || stderr.Len() > 0 {
			t.Fatalf("play ended by itself: %v, %s", err, stderr)
		}
		checkNothingLost(t, file, receiver.sums())
	}
	receiver.Close() // waits for requests that are under way
	recorded, unknown := checkNothingLost(t, file, receiver.sums())
	t.Logf("%d kills: %d requests arrived, %d deliveries are recorded, the outcome of %d is unknown", *kills, receiver.total, recorded, unknown)
	if receiver.total == 0 || unknown == 0 {
		t.Error("no kill interrupted a delivery")
	}
}

// checkNothingLost checks that the history contains the counted requests. It returns the number of deliveries, and of those
// without an outcome.
func checkNothingLost(t *testing.T, file string, counted map[bodySum]int) (recorded, unknown int) {
	t.Helper()
	ctx := context.Background()
	store, err := history.Open(ctx, file, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for d, err := range store.List(ctx, history.Filter{Whole: true}) {
		if err != nil {
			t.Fatal(err)
		}
		recorded++
		if d.State == history.Unknown {
			unknown++
		}
		if known := d.State == history.Done && d.OK(); !known && (d.State != history.Unknown || d.Error != history.ErrorUnknown || d.Reason == "") {
			t.Errorf("delivery %d is %q, %d, %q", d.ID, d.State, d.Status, d.Error)
		}
		counted[sha256.Sum256(d.Request.Body)]--
	}
	lost := 0
	for _, n := range counted {
		lost += max(0, n)
	}
	if lost > 0 {
		t.Errorf("%d requests that arrived are not in the history", lost)
	}
	checkWhole(t, file)
	return recorded, unknown
}

// checkWhole runs the integrity check of SQLite.
func checkWhole(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity check: %s, %v", verdict, err)
	}
}

// TestManyProcessesOnOneHistory runs two plays, a web page that sends, list, stats and prune at the same time.
func TestManyProcessesOnOneHistory(t *testing.T) {
	t.Parallel()
	receiver := startCounter(t)
	file := filepath.Join(t.TempDir(), "history.db")
	const leads = 60
	var plays, others sync.WaitGroup
	run := func(args ...string) {
		command, stderr := program(t, append(args, "--history", file)...)
		if output, err := command.Output(); err != nil || strings.Contains(stderr.String()+string(output), "locked") {
			t.Errorf("%s: %v, %s", strings.Join(args, " "), err, stderr)
		}
	}
	ended := make(chan struct{})
	for range 2 {
		plays.Go(func() { run("play", receiver.URL, "--leads", strconv.Itoa(leads), "--concurrency", "8", "--quiet") })
	}
	for _, args := range [][]string{{"history", "list", "-o", "json"}, {"history", "stats"}, {"history", "prune", "--older-than", "1d"}} {
		others.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
					run(args...)
				}
			}
		})
	}
	page := startPage(t, file)
	others.Go(func() { page.use(t, receiver.URL, ended) })
	plays.Wait()
	close(ended)
	others.Wait()
	page.stop(t, file)
	counted := receiver.sums()
	if recorded, unknown := checkNothingLost(t, file, counted); recorded != receiver.total || unknown > 0 || recorded < 2*leads*3+page.sent || page.sent == 0 {
		t.Errorf("%d recorded, %d of them unknown; %d arrived", recorded, unknown, receiver.total)
	}
}

// livePage is a process of artihook ui.
type livePage struct {
	process *exec.Cmd
	url     string
	stderr  chan string // the rest of stderr, after the end
	sent    int         // events that were sent from it
}

func startPage(t *testing.T, file string) *livePage {
	t.Helper()
	command, _ := program(t, "ui", "--addr", "127.0.0.1:0", "--history", file)
	command.Stderr = nil
	stderr, err := command.StderrPipe()
	must(t, err)
	must(t, command.Start())
	lines := bufio.NewReader(stderr)
	first, err := lines.ReadString('\n')
	must(t, err)
	p := &livePage{process: command, url: regexp.MustCompile(`http://\S+\d`).FindString(first), stderr: make(chan string, 1)}
	go func() {
		rest, _ := io.ReadAll(lines)
		p.stderr <- string(rest)
	}()
	return p
}

// use reads pages and sends events from them until ended.
func (p *livePage) use(t *testing.T, receiver string, ended <-chan struct{}) {
	for {
		select {
		case <-ended:
			return
		default:
		}
		status, body := postPage(t, p.url+"/send", url.Values{"url": {receiver}, "action": {"created"}})
		if status != http.StatusOK || !strings.Contains(body, "No Content: accepted") {
			t.Errorf("sending from the page: %d, %s", status, body)
			return
		}
		p.sent++
		if status, list := getPage(t, p.url+"/"); status != http.StatusOK || !strings.Contains(list, "lead:created") {
			t.Errorf("the list: %d, %s", status, list)
			return
		}
	}
}

// stop checks that the live list has the newest delivery, and interrupts the page.
func (p *livePage) stop(t *testing.T, file string) {
	t.Helper()
	code, newest, message := runCommand(t.Context(), "history", "show", "last", "-o", "json", "--history", file)
	if code != console.ExitOK {
		t.Fatal(message)
	}
	id, _, _ := strings.Cut(newest, ",") // {"id":42
	live, err := testClient.Get(p.url + "/events?after=0")
	must(t, err)
	defer live.Body.Close()
	for events, line := bufio.NewReader(live.Body), ""; !strings.Contains(line, id+","); {
		if line, err = events.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	must(t, p.process.Process.Signal(os.Interrupt))
	stderr := <-p.stderr
	if err := p.process.Wait(); err != nil || stderr != "" {
		t.Errorf("the page ended with %v, stderr %q", err, stderr)
	}
}

// TestKilledPrune kills prune and import at random moments. The history must be undamaged and contain the deliveries to keep.
func TestKilledPrune(t *testing.T) {
	t.Parallel()
	file := usedHistory(t)
	lines := filepath.Join(t.TempDir(), "lines.jsonl")
	code, out, message := runCommand(t.Context(), "history", "export", "--history", file)
	if code != console.ExitOK {
		t.Fatal(message)
	}
	must(t, os.WriteFile(lines, []byte(out), 0o600))
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	for round := range *kills {
		args := [][]string{{"history", "import", lines}, {"history", "prune", "--keep", "200"}}[round%2]
		command, stderr := program(t, append(args, "--history", file)...)
		must(t, command.Start())
		kill := time.AfterFunc(time.Duration(random.IntN(80_000))*time.Microsecond, func() { _ = command.Process.Kill() })
		_ = command.Wait() // it may have ended before the kill
		kill.Stop()
		if stderr.Len() > 0 {
			t.Error(stderr)
		}
		recorded, _ := checkNothingLost(t, file, map[bodySum]int{})
		if recorded < 200 {
			t.Errorf("only %d deliveries are left", recorded)
		}
	}
	code, out, message = runCommand(t.Context(), "history", "prune", "--keep", "200", "--history", file)
	if recorded, _ := checkNothingLost(t, file, map[bodySum]int{}); code != console.ExitOK || recorded != 200 {
		t.Errorf("exit code %d, %d deliveries are left: %s%s", code, recorded, out, message)
	}
}
