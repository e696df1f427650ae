package cmd

import (
	"bytes"
	"fmt"
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
)

// eventsOf calls each with every event of endless conversations with the default bot, until it returns false.
func eventsOf(b *testing.B, each func(*payload.Event) bool) {
	b.Helper()
	bot, err := fixtures.LoadBot(defaultBot)
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

const benchURL = "http://localhost:8000/hook"

// BenchmarkEncodeAndSign is what one event costs between its making and its posting.
func BenchmarkEncodeAndSign(b *testing.B) {
	var event payload.Event
	eventsOf(b, func(e *payload.Event) bool { event = *e; return e.Lead.Version < 7 })
	signer := signature.NewSigner(signature.NewSecret("s3cret-s3cret"), signature.SchemeURL)
	var body, header []byte
	b.ReportAllocs()
	for b.Loop() {
		body = event.AppendJSON(body[:0])
		header = signer.Append(header[:0], "POST", benchURL, body)
	}
	b.ReportMetric(float64(len(body)), "bytes/event")
}

// BenchmarkGenerateEncodeAndSign is the same with the making, averaged over whole conversations.
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

// BenchmarkSendProcess runs whole commands in turn, as a shell would: artihook send with its history, and what one
// would write without it. The ratio is what counts, since both met the same machine at the same time.
func BenchmarkSendProcess(b *testing.B) {
	for _, program := range []string{"go", "bash", "openssl", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			b.Skipf("%s is not here", program)
		}
	}
	secret := "s3cret-s3cret"
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret(secret)}))
	defer server.Close()
	folder := b.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(folder, "artihook"), "..")
	if output, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, output)
	}
	body := filepath.Join(folder, "body.json")
	if err := os.WriteFile(body, benchBody(b), 0o600); err != nil {
		b.Fatal(err)
	}
	url := server.URL + "/hook"
	shell := fmt.Sprintf(`signature=$({ printf 'POST&%%s&' %[1]q; cat %[2]q; } | openssl dgst -sha1 -hmac %[3]q -r | cut -c1-40)
curl -sf -A artibot-api -H 'Content-Type: application/json' -H "x-artibot-signature: $signature" --data-binary @%[2]q %[1]q`, url, body, secret)
	commands := []struct {
		name string
		args []string
		took time.Duration
	}{
		{name: "send", args: []string{filepath.Join(folder, "artihook"), "send", url, "--history", filepath.Join(folder, "history.db")}},
		{name: "shell", args: []string{"bash", "-c", shell}},
		{name: "version", args: []string{filepath.Join(folder, "artihook"), "version"}},
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
}

func benchBody(b *testing.B) []byte {
	var body bytes.Buffer
	eventsOf(b, func(e *payload.Event) bool { body.Write(e.AppendJSON(nil)); return false })
	return body.Bytes()
}
