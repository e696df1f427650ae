package emitter_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// Send one event to a receiver without recording it.
func Example() {
	secret := signature.NewSecret("s3cret-s3cret")
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: secret}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := emitter.New(emitter.Options{})
	defer e.Close()
	event := payload.Event{Action: payload.Created, Lead: payload.Lead{Version: 1}}
	webhook := &emitter.Webhook{URL: url, Secret: secret}
	delivery, err := e.Send(context.Background(), webhook, emitter.Plan(webhook, emitter.EventMessage(&event)), nil)
	fmt.Println(delivery.Event, delivery.Status, delivery.OK(), err)
	// Output: lead:created 204 true <nil>
}
