package cmd

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	peerConnections = 16
	peerSecret      = "s3cret-s3cret"
)

// peer is a program that loads the receiver, with the measurements of its rounds.
type peer struct {
	name   string
	args   []string
	rates  []float64 // requests a second
	costs  []float64 // microseconds of processor time for one request
	memory int64     // the most, in MB
}

// BenchmarkPeers runs artihook load and other load generators in turn against one receiver, for several rounds, and prints the
// medians and the ratios as a table. The others post one fixed body; only the bodies of artihook are unique, and only artihook
// and k6 sign. Programs that are not installed are left out.
func BenchmarkPeers(b *testing.B) {
	folder := b.TempDir()
	target := startBare(b)
	seconds := 5
	if b.N == 1 {
		seconds = 1
	}
	peers := peersFor(b, folder, "http://"+target+"/hook", seconds)
	for range b.N {
		for _, p := range peers {
			p.round(b, folder, target)
		}
	}
	fmt.Print(peerTable(peers))
}

// startBare starts the receiver in a new process and returns its address.
func startBare(b *testing.B) string {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	process := &exec.Cmd{Path: self, Args: []string{bareCommand}, Stderr: os.Stderr}
	out, err := process.StdoutPipe()
	if err == nil {
		err = process.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { process.Process.Kill(); process.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func peersFor(b *testing.B, folder, url string, seconds int) []*peer {
	b.Helper()
	program, body := filepath.Join(programFolder(b), "artihook"), filepath.Join(folder, "body.json")
	for name, text := range map[string]string{"body.json": string(benchBody(b)), "post.lua": wrkScript(body), "targets": "POST " + url + "\nContent-Type: application/json\n@" + body + "\n", "peer.js": k6Script(body)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	lasts, at := fmt.Sprintf("%ds", seconds), func(name string) string { return filepath.Join(folder, name) }
	c := fmt.Sprint(peerConnections)
	all := []*peer{
		{name: "artihook, recorded", args: []string{program, "load", url, "--duration", lasts, "--concurrency", c, "--record", "all", "--history", at("history.db"), "-q"}},
		{name: "artihook, not recorded", args: []string{program, "load", url, "--duration", lasts, "--concurrency", c, "--record", "none", "-q"}},
		{name: "wrk", args: []string{"wrk", "-t2", "-c" + c, "-d" + lasts, "-s", at("post.lua"), url}},
		{name: "hey", args: []string{"hey", "-z", lasts, "-c", c, "-m", "POST", "-T", "application/json", "-D", body, url}},
		{name: "vegeta", args: []string{"vegeta", "attack", "-rate", "0", "-max-workers", c, "-duration", lasts, "-targets", at("targets"), "-output", os.DevNull}},
		{name: "k6, signing", args: []string{"k6", "run", "--quiet", "--no-usage-report", "--vus", c, "--duration", lasts, "-e", "URL=" + url, at("peer.js")}},
	}
	return slices.DeleteFunc(all, func(p *peer) bool {
		_, err := exec.LookPath(p.args[0])
		return err != nil
	})
}

func wrkScript(body string) string {
	return fmt.Sprintf(`wrk.method = "POST"
wrk.body = io.open(%q):read("*a")
wrk.headers["Content-Type"] = "application/json"
`, body)
}

// k6Script returns a script that signs each request but does not generate events.
func k6Script(body string) string {
	return fmt.Sprintf(`import http from 'k6/http';
import crypto from 'k6/crypto';
const body = open(%q), url = __ENV.URL;
export const options = { discardResponseBodies: true };
export default function () {
  const signature = crypto.hmac('sha1', __ENV.ARTIHOOK_SECRET, 'POST&' + url + '&' + body, 'hex').toUpperCase();
  http.post(url, body, { headers: { 'Content-Type': 'application/json', 'x-artibot-signature': signature } });
}
`, body)
}

// round runs the program once and reads the counts of the receiver.
func (p *peer) round(b *testing.B, folder, target string) {
	b.Helper()
	for _, old := range []string{"history.db", "history.db-wal", "history.db-shm"} {
		os.Remove(filepath.Join(folder, old)) // each round writes a history of its own
	}
	process := exec.Command(p.args[0], p.args[1:]...)
	process.Env = append(os.Environ(), "ARTIHOOK_SECRET="+peerSecret, "GOMAXPROCS=")
	if output, err := process.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", p.name, err, output)
	}
	requests, nanoseconds := bareCounts(b, target)
	if requests < 2 {
		b.Fatalf("%s: %d requests arrived", p.name, requests)
	}
	state := process.ProcessState
	p.rates = append(p.rates, float64(requests)/(float64(nanoseconds)/float64(time.Second)))
	p.costs = append(p.costs, float64((state.UserTime()+state.SystemTime()).Microseconds())/float64(requests))
	p.memory = max(p.memory, state.SysUsage().(*syscall.Rusage).Maxrss/1024)
}

func bareCounts(b *testing.B, target string) (requests, nanoseconds int64) {
	b.Helper()
	response, err := http.Get("http://" + target)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil {
		_, err = fmt.Sscan(string(text), &requests, &nanoseconds)
	}
	if err != nil {
		b.Fatal(err)
	}
	return requests, nanoseconds
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// peerTable returns a table of the medians, and of the rate and processor time of artihook as multiples of those of each peer.
func peerTable(peers []*peer) string {
	var out strings.Builder
	out.WriteString("\n| | rate | processor time a request | memory | artihook, recorded | not recorded |\n|---|---|---|---|---|---|\n")
	for _, p := range peers {
		fmt.Fprintf(&out, "| %s | %.1fk/s | %.1f µs | %d MB |", p.name, median(p.rates)/1000, median(p.costs), p.memory)
		for _, own := range peers[:2] {
			if p == peers[0] || p == peers[1] {
				out.WriteString(" |")
				continue
			}
			fmt.Fprintf(&out, " %.2f × its rate, %.2f × its time |", median(own.rates)/median(p.rates), median(own.costs)/median(p.costs))
		}
		out.WriteString("\n")
	}
	return out.String() + "\n"
}
