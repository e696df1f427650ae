package receivertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"artihook/emitter/receiver"
	"artihook/emitter/receiver/receivertest"
	"artihook/emitter/signature"
)

var secret = signature.NewSecret("s3cret-s3cret")

// post sends a body with this signature and returns the status.
func post(handler http.Handler, body, header string) int {
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(signature.Header, header)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code
}

func sign(body string) string {
	return signature.Sign(secret, signature.SchemeURL, signature.Message{URL: "http://example.com/hook", Body: []byte(body)})
}

func TestLeads(t *testing.T) {
	t.Parallel()
	type step struct {
		action  string
		version int
		status  int
	}
	tests := []struct {
		mistake  receivertest.Misbehavior
		steps    []step
		versions []int // of the records at the end
	}{
		{"", []step{{"created", 1, 204}, {"created", 1, 204}, {"updated", 3, 204}, {"updated", 2, 204}, {"completed", 3, 204}}, []int{3}},
		{receivertest.NotIdempotent, []step{{"created", 1, 204}, {"created", 1, 204}}, []int{1, 1}},
		{receivertest.RejectsDuplicates, []step{{"created", 1, 204}, {"created", 1, 409}}, []int{1}},
		{receivertest.RejectsStale, []step{{"updated", 2, 204}, {"created", 1, 409}}, []int{2}},
		{receivertest.TrustsOrder, []step{{"updated", 2, 204}, {"created", 1, 204}}, []int{1}},
		{receivertest.NeedsCreated, []step{{"updated", 2, 409}}, nil},
		{receivertest.NeedsNextVersion, []step{{"created", 1, 204}, {"updated", 3, 409}}, []int{1}},
		{receivertest.DropsSeenVersion, []step{{"updated", 2, 204}, {"completed", 2, 204}}, []int{2}},
	}
	for _, tt := range tests {
		t.Run(string(tt.mistake), func(t *testing.T) {
			t.Parallel()
			tested := receivertest.New(receiver.Options{Secret: secret}, tt.mistake)
			for i, s := range tt.steps {
				body := fmt.Sprintf(`{"lead":{"data":{}},"resource":"lead","action":%q,"resource_id":"one","resource_version":%d}`, s.action, s.version)
				if got := post(tested, body, sign(body)); got != s.status {
					t.Errorf("step %d: got %d, want %d", i, got, s.status)
				}
			}
			var versions []int
			for _, record := range tested.Records("one") {
				versions = append(versions, record.Version)
			}
			if diff := cmp.Diff(tt.versions, versions); diff != "" {
				t.Error(diff)
			}
			completed := len(versions) == 1 && tested.Records("one")[0].Completed
			if want := tt.mistake == ""; completed != want {
				t.Errorf("completed is %v, want %v", completed, want)
			}
		})
	}
}

// Without a mistake the receiver responds as the reference receiver does.
func TestNoMistake(t *testing.T) {
	t.Parallel()
	opt := receiver.Options{Secret: secret, Status: http.StatusAccepted, Body: []byte("ok")}
	tested, reference := receivertest.New(opt), receiver.New(opt)
	right := sign("{}")
	for _, tt := range []struct{ body, header string }{{"{}", right}, {"{}", strings.ToLower(right)}, {"{}", right[1:]}, {"{}", ""}, {"{", sign("{")}} {
		if got, want := post(tested, tt.body, tt.header), post(reference, tt.body, tt.header); got != want {
			t.Errorf("%s %s: got %d, want %d", tt.body, tt.header, got, want)
		}
	}
}

// A receiver that does not verify the signature.
func ExampleNew() {
	handler := receivertest.New(receiver.Options{Secret: signature.NewSecret("s3cret")}, receivertest.AcceptsAnything)
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader("{}"))
	r.Header.Set("x-artibot-signature", "forged")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(w.Code)
	// Output: 204
}
