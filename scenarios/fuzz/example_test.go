package fuzz_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/scenarios/fuzz"
)

// Fuzz a handler. A test calls t.Error for each failure.
func ExampleRun() {
	secret := signature.NewSecret("s3cret-s3cret")
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // replace it with your handler
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		message := signature.Message{Method: r.Method, URL: "http://" + r.Host + r.RequestURI, Body: body}
		if !signature.Verify(secret, signature.SchemeURL, message, r.Header.Get(signature.Header)) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		event, err := payload.Decode(body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, answer := range event.Lead.Data {
			if strings.Contains(answer.Input, "\n") { // a mistake
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
		}
		w.WriteHeader(http.StatusNoContent)
	})
	server := httptest.NewServer(handler)
	defer server.Close()
	url, err := signature.ParseURL(server.URL + "/hook")
	if err != nil {
		log.Fatal(err)
	}
	sender := emitter.New(emitter.Options{})
	defer sender.Close()
	result, err := fuzz.Run(context.Background(), fuzz.Options{
		Emitter: sender,
		Webhook: emitter.Webhook{URL: url, Secret: secret},
		Seed:    1,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range result.Failures {
		fmt.Println(f.Case, f.Sentence)
	}
	// Output: no-crash-500 an answer that contains a line feed gets 500
}
