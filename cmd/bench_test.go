package cmd

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/fixtures"

	"github.com/google/uuid"
)

// eventsOf calls each with the events of conversations with the default bot, until it returns false.
func eventsOf(b *testing.B, each func(*payload.Event) bool) {
	b.Helper()
	bot, err := fixtures.LoadBot(fixtures.DefaultBot)
	if err != nil {
		b.Fatal(err)
	}
	generator, err := fixtures.NewGenerator(bot, fixtures.Options{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	for n := uint64(0); ; n++ {
		conversation := generator.Conversation(n, now)
		for event := conversation.Next(); event != nil; event = conversation.Next() {
			if !each(event) {
				return
			}
		}
	}
}

// usualBody is the size of a usual event, in bytes.
const usualBody = 1573

const benchURL = "http://localhost:8000/hook"

// BenchmarkEncodeAndSign encodes and signs one event of the usual size.
func BenchmarkEncodeAndSign(b *testing.B) {
	var event payload.Event
	eventsOf(b, func(e *payload.Event) bool { event = *e; return len(e.AppendJSON(nil)) < usualBody })
	signer := signature.NewSigner(signature.NewSecret("s3cret-s3cret"), signature.SchemeURL)
	var body, header []byte
	b.ReportAllocs()
	for b.Loop() {
		body = event.AppendJSON(body[:0])
		header = signer.Append(header[:0], "POST", benchURL, body)
	}
	b.ReportMetric(float64(len(body)), "bytes/event")
}

// BenchmarkGenerateEncodeAndSign also generates the events, averaged over whole conversations.
func BenchmarkGenerateEncodeAndSign(b *testing.B) {
	signer := signature.NewSigner(signature.NewSecret("s3cret-s3cret"), signature.SchemeURL)
	var body, header []byte
	left := b.N
	b.ReportAllocs()
	b.ResetTimer()
	eventsOf(b, func(e *payload.Event) bool {
		body = e.AppendJSON(body[:0])
		header = signer.Append(header[:0], "POST", benchURL, body)
		left--
		return left > 0
	})
}

// shellSend does the same work without artihook: it posts a body with a new id and time, signed in upper case. $1 is the URL, $2
// the secret, $3 a file with a body.
const shellSend = `
body=$(sed -e "s/00000000-0000-4000-8000-000000000000/$(cat /proc/sys/kernel/random/uuid)/g" -e "s/2026-01-01T00:00:00Z/$(date -u +%Y-%m-%dT%H:%M:%SZ)/" "$3")
signature=$(printf 'POST&%s&%s' "$1" "$body" | openssl dgst -sha1 -hmac "$2" -r | cut -c1-40 | tr a-f A-F)
curl -sSf -A artibot-api -H 'Content-Type: application/json' -H "x-artibot-signature: $signature" --data-binary "$body" "$1"`

// shellFixed does less work: it posts the bytes of the file.
const shellFixed = `
signature=$({ printf 'POST&%s&' "$1"; cat "$3"; } | openssl dgst -sha1 -hmac "$2" -r | cut -c1-40)
curl -sSf -A artibot-api -H 'Content-Type: application/json' -H "x-artibot-signature: $signature" --data-binary "@$3" "$1"`

// BenchmarkSendProcess runs commands in turn: artihook send with its history, the same work in a shell, and artihook version,
// the cost of every command. The result is the ratios, because all commands run on the same machine at the same time.
func BenchmarkSendProcess(b *testing.B) {
	for _, program := range []string{"bash", "openssl", "curl"} {
		needs(b, program)
	}
	const secret = "s3cret-s3cret"
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret(secret)}))
	defer server.Close()
	folder := b.TempDir()
	program, body := filepath.Join(programFolder(b), "artihook"), filepath.Join(folder, "body.json")
	if err := os.WriteFile(body, benchBody(b), 0o600); err != nil {
		b.Fatal(err)
	}
	url := server.URL + "/hook"
	commands := []struct {
		name string
		args []string
		took time.Duration
	}{
		{name: "send", args: []string{program, "send", url, "--history", filepath.Join(folder, "history.db")}},
		{name: "shell", args: []string{"bash", "-c", shellSend, "shell", url, secret, body}},
		{name: "shell-fixed", args: []string{"bash", "-c", shellFixed, "shell", url, secret, body}},
		{name: "version", args: []string{program, "version"}},
	}
	for b.Loop() {
		for i := range commands {
			c := exec.Command(commands[i].args[0], commands[i].args[1:]...)
			c.Env = append(os.Environ(), "ARTIHOOK_SECRET="+secret)
			began := time.Now()
			if output, err := c.CombinedOutput(); err != nil {
				b.Fatalf("%s: %v\n%s", commands[i].name, err, output)
			}
			commands[i].took += time.Since(began)
		}
	}
	for _, c := range commands {
		b.ReportMetric(float64(c.took.Microseconds())/1000/float64(b.N), c.name+"-ms/op")
	}
	b.ReportMetric(float64(commands[0].took)/float64(commands[1].took), "send/shell")
	b.ReportMetric(float64(commands[0].took)/float64(commands[2].took), "send/shell-fixed")
}

// benchBody returns a usual event with an id and a time that the shell can replace.
func benchBody(b *testing.B) []byte {
	var body []byte
	eventsOf(b, func(e *payload.Event) bool {
		copied := *e
		copied.Lead.ID = uuid.MustParse("00000000-0000-4000-8000-000000000000")
		copied.Time = payload.Live(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		body = copied.AppendJSON(nil)
		return len(body) < usualBody
	})
	return body
}
