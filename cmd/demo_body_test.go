package cmd

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"artihook/fixtures"

	"github.com/tidwall/gjson"
)

func FuzzLayOut(f *testing.F) {
	f.Add(`{"lead":{"id":"x","data":{"Na me":{"input":"` + strings.Repeat("long ", 20) + `"}},"list":[1,2]},"n":1.50,"wide":"` + strings.Repeat("東京", 30) + `"}`)
	f.Add(`{}`)
	f.Add(`[{}]`)
	f.Fuzz(func(t *testing.T, body string) {
		if !json.Valid([]byte(body)) || len(body) > 1000 || strings.Count(body, "{") > 8 {
			t.Skip()
		}
		shown := layOut(gjson.Parse(body), 0, 0)
		whole := !strings.Contains(shown, "…")
		if whole && !json.Valid([]byte(shown)) {
			t.Errorf("%q is laid out as\n%s", body, shown)
		}
	})
}

func TestLayOut(t *testing.T) {
	t.Parallel()
	body := `{"lead":{"id":"` + strings.Repeat("x", 90) + `","version":1,"data":{}},"meta":{"city":"` + strings.Repeat("東", 50) + `"}}`
	want := `{
  "lead": {
    "id": "` + strings.Repeat("x", 66) + `…",
    "version": 1, "data": {} },
  "meta": {
    "city": "` + strings.Repeat("東", 32) + `…"
  } }`
	got := layOut(gjson.Parse(body), 0, 0)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for line := range strings.SplitSeq(got, "\n") {
		if columns(line) > demoWidth {
			t.Errorf("%d columns: %s", columns(line), line)
		}
	}
}

// TestDemoBodyIsShort checks the number of lines of the first body of many visitors.
func TestDemoBodyIsShort(t *testing.T) {
	t.Parallel()
	bot, err := fixtures.LoadBot(fixtures.DefaultBot)
	if err != nil {
		t.Fatal(err)
	}
	generator, err := fixtures.NewGenerator(bot, fixtures.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(200) {
		body := layOut(gjson.ParseBytes(generator.Conversation(n, time.Now()).Next().AppendJSON(nil)), 0, 0)
		if lines := strings.Split(body, "\n"); len(lines) > 24 {
			t.Fatalf("%d lines:\n%s", len(lines), body)
		}
	}
}
