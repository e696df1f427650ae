package cmd

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// BenchmarkRunProcess runs run with a thousand scenarios of ten steps and play with a thousand conversations in turn, both
// recorded and sixteen at a time. The result is the ratio of their deliveries per second.
func BenchmarkRunProcess(b *testing.B) {
	const secret = "s3cret-s3cret"
	count := 1000
	if testing.Short() {
		count = 20
	}
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret(secret)}))
	defer server.Close()
	folder := b.TempDir()
	program, set := filepath.Join(programFolder(b), "artihook"), filepath.Join(folder, "set")
	if err := os.Mkdir(set, 0o755); err != nil {
		b.Fatal(err)
	}
	steps := "steps:\n  - start: {}\n" + strings.Repeat("  - answer: 1\n", 8) + "  - complete:\n"
	for i := range count {
		text := fmt.Sprintf("name: number %d\n%s", i, steps)
		if err := os.WriteFile(filepath.Join(set, fmt.Sprintf("%d.yaml", i)), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	sent, spent := map[string]float64{}, map[string]float64{}
	memory := map[string]int64{} // bytes
	for b.Loop() {
		for name, args := range map[string][]string{
			"run":  {"run", set, "--url", server.URL + "/hook", "--jobs", "16", "-q"},
			"play": {"play", server.URL + "/hook", "--leads", fmt.Sprint(count), "--concurrency", "16", "-q"},
		} {
			store := filepath.Join(b.TempDir(), "history.db")
			c := exec.Command(program, append(args, "--history", store)...)
			c.Env = append(os.Environ(), "ARTIHOOK_SECRET="+secret)
			began := time.Now()
			if output, err := c.CombinedOutput(); err != nil {
				b.Fatalf("%s: %v\n%.2000s", name, err, output)
			}
			took := time.Since(began)
			sent[name] += deliveriesIn(b, program, store)
			spent[name] += took.Seconds()
			memory[name] = max(memory[name], peakMemory(c.ProcessState))
		}
	}
	run, play := sent["run"]/spent["run"], sent["play"]/spent["play"]
	b.ReportMetric(run, "run-events/s")
	b.ReportMetric(play, "play-events/s")
	b.ReportMetric(run/play, "run/play")
	b.ReportMetric(float64(memory["run"])/(1<<20), "run-MB")
	b.ReportMetric(float64(memory["play"])/(1<<20), "play-MB")
}

// deliveriesIn returns the number of deliveries in a history.
func deliveriesIn(b *testing.B, program, store string) float64 {
	output, err := exec.Command(program, "history", "list", "--limit", "1", "-o", "json", "--history", store).Output()
	var n float64
	if _, scanErr := fmt.Sscanf(string(output), `{"id":%g,`, &n); err != nil || scanErr != nil {
		b.Fatalf("%v, %v: %s", err, scanErr, output)
	}
	return n
}
