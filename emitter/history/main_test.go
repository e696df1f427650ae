package history

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"artihook/emitter/exchange"
)

// TestMain runs recordForEver if a test has started this binary as a child.
func TestMain(m *testing.M) {
	if path := os.Getenv("HISTORY_TEST_RECORD_INTO"); path != "" {
		recordForEver(path)
	}
	os.Exit(m.Run())
}

// recordForEver records deliveries and prints their numbers, until it is killed or has
// recorded a hundred thousand.
func recordForEver(path string) {
	ctx := context.Background()
	store, err := Open(ctx, path, Options{})
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	for i := range 10_000 {
		batch := sampleBatch(10)
		if err := store.Plan(ctx, batch); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		fmt.Println("planned", batch[0].ID, batch[9].ID)
		for _, d := range batch {
			setStatus(d, 200+i%2*300)
			if err := store.Finish(ctx, d); err != nil {
				fmt.Println("failed:", err)
				os.Exit(1)
			}
		}
	}
	os.Exit(0)
}

var noon = time.Date(2024, 3, 1, 12, 0, 0, 123_456_000, time.UTC)

const leadA, leadB = "0b0a6f4e-7f0f-4b61-9d75-0d1f4a9c2e31", "f3c5d4a2-1111-4222-8333-944455566677"

// sample returns a delivery that is not planned.
func sample() *Delivery {
	return &Delivery{
		Time: noon, Webhook: "crm", URL: "http://localhost:8000/hook", SignURL: "https://hooks.example/hook",
		Scheme: "url", Edition: "2019", Event: "lead:updated", Lead: leadA, Version: 2, Attempt: 1,
		Bot: "sales", Seed: 1<<64 - 7,
		Request: exchange.Request{
			Method: "POST", Target: "/hook", Host: "hooks.example",
			Headers: []exchange.Header{{Name: "User-Agent", Value: "artibot-api"}, {Name: "x-artibot-signature", Value: "AB"}},
			Body:    []byte(`{"name":"Zoë <b>"}`),
		},
	}
}

// setStatus sets a response with the status.
func setStatus(d *Delivery, status int) {
	d.Status, d.Duration = status, 3100*time.Microsecond
	d.RawResponse = fmt.Appendf(nil, "HTTP/1.1 %d X\r\nx-Trace: 1\r\nContent-Length: 2\r\n\r\nok", status)
}

func sampleBatch(n int) []*Delivery {
	batch := make([]*Delivery, n)
	for i := range batch {
		batch[i] = sample()
		batch[i].Version = i
	}
	return batch
}

func newPath(t testing.TB) string {
	return filepath.Join(t.TempDir(), "state", "history.db")
}

func openStore(t testing.TB, path string) *Store {
	t.Helper()
	store, err := Open(context.Background(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error("closing:", err)
		}
	})
	return store
}

// record plans and finishes one delivery after change has changed it.
func record(t testing.TB, store *Store, change func(*Delivery)) *Delivery {
	t.Helper()
	d := sample()
	if change != nil {
		change(d)
	}
	if err := store.Plan(context.Background(), []*Delivery{d}); err != nil {
		t.Fatal(err)
	}
	if d.Status == 0 && d.Error == "" && d.RawResponse == nil {
		setStatus(d, 204)
	}
	if err := store.Finish(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	return d
}

func listIDs(t testing.TB, store *Store, f Filter) string {
	t.Helper()
	var ids []string
	for d, err := range store.List(context.Background(), f) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, fmt.Sprint(d.ID))
	}
	return strings.Join(ids, " ")
}
