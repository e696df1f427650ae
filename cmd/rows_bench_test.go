package cmd

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"artihook/cmd/console"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
)

// rows is the number of deliveries in the history of BenchmarkHistoryRows.
var rows = flag.Int("rows", 2000, "the number of deliveries in the history of BenchmarkHistoryRows")

// BenchmarkHistoryRows runs commands in turn with an empty history and with a large one. It reports the additional time and the
// largest amount of memory. -rows 1000000 makes a file of 2.5 GB.
func BenchmarkHistoryRows(b *testing.B) {
	folder := b.TempDir()
	program, empty, large := filepath.Join(programFolder(b), "artihook"), filepath.Join(folder, "empty.db"), filepath.Join(folder, "large.db")
	fillHistory(b, program, empty, 0)
	began := time.Now()
	fillHistory(b, program, large, *rows)
	b.Logf("%d deliveries imported in %s", *rows, time.Since(began).Round(time.Millisecond))
	lead := benchLead(*rows / 2)
	for _, line := range []string{
		"list", "list --lead " + lead, "list --status 5xx --since 1h", fmt.Sprint("show ", *rows/3), "list --limit 1000 -o json", "list --before 1000", "list --status refused",
		"stats", "export --since 1h", "list --grep nowhere",
	} {
		b.Run(strings.ReplaceAll(strings.ReplaceAll(line, lead, "ID"), " ", "_"), func(b *testing.B) {
			args := append([]string{"history"}, strings.Fields(line)...)
			var extra time.Duration
			memory, memoryEmpty := int64(0), int64(0)
			for b.Loop() {
				_, _ = timeHistory(b, program, empty, args) // fills the caches
				short, small := timeHistory(b, program, empty, args)
				long, much := timeHistory(b, program, large, args)
				extra += long - short
				memory, memoryEmpty = max(memory, much), max(memoryEmpty, small)
			}
			b.ReportMetric(float64(extra.Microseconds())/1000/float64(b.N), "ms-longer")
			b.ReportMetric(float64(memory)/1e6, "MB")
			b.ReportMetric(float64(memoryEmpty)/1e6, "MB-empty")
		})
	}
}

func timeHistory(b *testing.B, program, file string, args []string) (took time.Duration, memory int64) {
	b.Helper()
	command := exec.Command(program, append(args, "--history", file)...)
	command.Stdout = io.Discard
	began := time.Now()
	err := command.Run()
	took = time.Since(began)
	if code := command.ProcessState.ExitCode(); code > console.ExitUsage || err != nil && code < 0 {
		b.Fatal(err)
	}
	return took, peakMemory(command.ProcessState)
}

func benchLead(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n/7) }

// fillHistory imports deliveries of 1.6 KB over the last thirty days, seven of each lead; one in a hundred failed. It uses little
// memory, because the memory of this process would count as that of the processes that it starts.
func fillHistory(b *testing.B, program, file string, n int) {
	b.Helper()
	command := exec.Command(program, "history", "import", "-", "--history", file)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewWriterSize(input, 64<<10)
	body := []byte(fmt.Sprintf(`{"text":%q}`, strings.Repeat("0123456789abcdef", 100)))[:1600]
	first := time.Now().Add(-30 * 24 * time.Hour)
	for i := range n {
		status := 204
		if i%100 == 0 {
			status = 500
		}
		raw := fmt.Appendf(nil, "HTTP/1.1 %d X\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n\r\n", status)
		d := history.Delivery{
			ID: int64(i + 1), Time: first.Add(30 * 24 * time.Hour / time.Duration(n) * time.Duration(i)), Webhook: "crm", URL: benchURL, SignURL: benchURL,
			Scheme: "url", Edition: "2019", Event: "lead:updated", Lead: benchLead(i), Version: i%7 + 1, Attempt: 1, Bot: "sales", Seed: uint64(i),
			Request: exchange.Request{Method: "POST", Target: "/hook", Host: "localhost:8000", Body: body}, Duration: 3 * time.Millisecond,
		}
		if err := errors.Join(d.SetResponse(raw, false), history.WriteLine(lines, &d)); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(lines.Flush(), input.Close(), command.Wait()); err != nil {
		b.Fatal(err)
	}
}
