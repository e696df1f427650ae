package traffic_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"artihook/emitter"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/emitter/traffic"
	"artihook/fixtures"
)

// Play three conversations of a ready bot, two at the same time.
func ExamplePlay() {
	server := httptest.NewServer(receiver.New(receiver.Options{}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	bot, err := fixtures.LoadBot("law")
	if err != nil {
		fmt.Println(err)
		return
	}
	sender := emitter.New(emitter.Options{Connections: 2})
	defer sender.Close()
	tally, err := traffic.Play(context.Background(), traffic.Options{
		Emitter: sender, Webhooks: []emitter.Webhook{{URL: url}}, Leads: 3, Concurrency: 2,
		Source: func() traffic.Source {
			generator, err := fixtures.NewGenerator(bot, fixtures.Options{Seed: 1})
			if err != nil {
				panic(err)
			}
			return func(n uint64, at time.Time) traffic.Conversation { return generator.Conversation(n, at) }
		},
	})
	fmt.Println(tally.Leads, tally.Failed, err)
	// Output: 3 0 <nil>
}
