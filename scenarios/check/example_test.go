package check_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"artihook/emitter"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/scenarios/check"
)

// Run the cases of two groups against a receiver. A test calls t.Errorf for each result that fails.
func ExampleRun() {
	secret := signature.NewSecret("s3cret-s3cret")
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: secret})) // replace it with your handler
	defer server.Close()
	url, err := signature.ParseURL(server.URL + "/hook")
	if err != nil {
		log.Fatal(err)
	}
	cases, err := check.Select([]string{"signature", "http"}, []string{"http-keep-alive"})
	if err != nil {
		log.Fatal(err)
	}
	sender := emitter.New(emitter.Options{Connections: 50})
	defer sender.Close()
	results, err := check.Run(context.Background(), check.Options{
		Emitter: sender,
		Webhook: emitter.Webhook{URL: url, Secret: secret},
		Cases:   cases,
		Slow:    50 * time.Millisecond,
	})
	if err != nil {
		log.Fatal(err)
	}
	failed := 0
	for _, r := range results {
		if strict := true; r.Fails(strict) {
			failed++
			fmt.Printf("%s: sent %s, want %s, got %s\n%s\n", r.Case.ID, r.Sent, r.Want, r.Got, r.Advice())
		}
	}
	fmt.Println(len(results) == len(cases), failed)
	// Output: true 0
}

// Run one case against a receiver that does not verify the signature.
func ExampleResult() {
	secret := signature.NewSecret("s3cret-s3cret")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	cases, err := check.Select([]string{"signature-wrong-digits"}, nil)
	if err != nil {
		log.Fatal(err)
	}
	sender := emitter.New(emitter.Options{})
	defer sender.Close()
	results, err := check.Run(context.Background(), check.Options{
		Emitter: sender, Webhook: emitter.Webhook{URL: url, Secret: secret}, Cases: cases,
	})
	if err != nil {
		log.Fatal(err)
	}
	r := results[0]
	fmt.Println(r.Case.Level, r.Case.ID, r.Outcome)
	fmt.Println("want", r.Want)
	fmt.Println("got ", r.Got)
	fmt.Println(r.Case.Fix)
	// Output:
	// MUST signature-wrong-digits fail
	// want 401 or 403
	// got  204 No Content
	// Anyone who knows your URL can send you leads. Compare every digit.
}
