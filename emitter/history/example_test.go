package history_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
)

func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "history")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	store, err := history.Open(ctx, filepath.Join(folder, "history.db"), history.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	d := &history.Delivery{
		Time: time.Now(), URL: "http://localhost:8000/", Event: "lead:created", Version: 1, Attempt: 1,
		Request: exchange.Request{Host: "localhost:8000", Body: []byte("{}")},
	}
	if err := store.Plan(ctx, []*history.Delivery{d}); err != nil { // before the request is sent
		fmt.Println(err)
		return
	}
	d.Status, d.RawResponse = 204, []byte("HTTP/1.1 204 No Content\r\n\r\n")
	if err := store.Finish(ctx, d); err != nil { // when the outcome is known
		fmt.Println(err)
		return
	}
	for d, err := range store.List(ctx, history.Filter{Status: "2xx", Limit: 20}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("[%d] %s v%d %s #%d\n", d.Status, d.Event, d.Version, d.URL, d.ID)
	}
	// Output: [204] lead:created v1 http://localhost:8000/ #1
}
