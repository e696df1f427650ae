package receiver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// Use the reference receiver as a test double for your own sender.
func ExampleNew() {
	server := httptest.NewServer(receiver.New(receiver.Options{
		Secret: signature.NewSecret("s3cret-s3cret"),
		Seen:   func(a receiver.Arrival) { fmt.Println(a.Status, a.Verified, a.Reason) },
	}))
	defer server.Close()
	response, err := http.Post(server.URL, "application/json", strings.NewReader(`{}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	response.Body.Close()
	// Output: 401 false the signature does not fit
}

// Send the same requests to your own receiver and to the reference receiver: the responses must have the same status.
// Package scenarios/check does this with many more cases.
func ExampleNew_compare() {
	secret := signature.NewSecret("s3cret-s3cret")
	reference := receiver.New(receiver.Options{Secret: secret, Status: http.StatusOK})
	mine := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // does not verify the signature
		w.WriteHeader(http.StatusOK)
	})
	valid := signature.Sign(secret, signature.SchemeURL, signature.Message{URL: "http://example.com/hook", Body: []byte("{}")})
	for _, header := range []string{valid, strings.ToLower(valid), valid[1:], ""} {
		var statuses []int
		for _, handler := range []http.Handler{reference, mine} {
			r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader("{}"))
			r.Header.Set(signature.Header, header)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			statuses = append(statuses, w.Code)
		}
		fmt.Println(statuses, statuses[0] == statuses[1])
	}
	// Output:
	// [200 200] true
	// [200 200] true
	// [401 200] false
	// [401 200] false
}

// Lint a body of your own sender.
func ExampleLint() {
	for _, flaw := range receiver.Lint([]byte(`{"lead":{},"resource":"lead","action":"deleted"}`))[:3] {
		fmt.Println(flaw.ID, flaw)
	}
	// Output:
	// missing-key lead.id: the key is missing
	// missing-key lead.create_date: the key is missing
	// missing-key lead.modify_date: the key is missing
}

// Store events as a correct receiver does. The second event is a repetition.
func ExampleLeads() {
	var leads receiver.Leads
	event := []byte(`{"lead":{"data":{"Name":{"value":"Ada"}}},"resource":"lead","action":"created","resource_id":"8f1c","resource_version":1}`)
	fmt.Println(leads.Take(event), leads.Take(event))
	record, ok := leads.Of("8f1c")
	fmt.Println(ok, record.Version, string(record.Answers["Name"]))
	// Output:
	// applied duplicate
	// true 1 "Ada"
}
