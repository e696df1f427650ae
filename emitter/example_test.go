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

// One event to a receiver, not recorded.
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
	delivery, err := e.Emit(context.Background(), &emitter.Webhook{URL: url, Secret: secret}, emitter.EventMessage(&event), nil)
	fmt.Println(delivery.Event, delivery.Status, delivery.OK(), err)
	// Output: lead:created 204 true <nil>
}
