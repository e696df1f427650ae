package emitter

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"artihook/emitter/history"
)

func TestRetries(t *testing.T) {
	tests := []struct {
		name     string
		statuses []int
		retries  int
		want     []int
	}{
		{"none by default", []int{500}, 0, []int{500}},
		{"until it works", []int{500, 503, 204}, 5, []int{500, 503, 204}},
		{"until none is left", []int{500, 500, 500, 500}, 2, []int{500, 500, 500}},
		{"too many requests, too slow", []int{429, 408, 200}, 5, []int{429, 408, 200}},
		{"a refusal does not pass", []int{401, 204}, 5, []int{401}},
		{"a redirect does not pass", []int{302, 204}, 5, []int{302}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			left := tt.statuses
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(left[0])
				left = left[1:]
			}))
			defer server.Close()
			e := New(Options{Retries: tt.retries, RetryDelay: time.Microsecond})
			defer e.Close()
			var got []int
			last, err := e.Emit(t.Context(), &Webhook{URL: parseURL(t, server.URL)}, testMessage(), func(d history.Delivery) error {
				got = append(got, d.Status)
				if d.Attempt != len(got) {
					t.Errorf("attempt %d is called %d", len(got), d.Attempt)
				}
				return nil
			})
			if err != nil || len(got) != len(tt.want) || last.Status != tt.want[len(tt.want)-1] {
				t.Errorf("got %v, last %d, %v; want %v", got, last.Status, err, tt.want)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"3", 3 * time.Second},
		{"999999999999", maxRetryAfter},
		{"86400", maxRetryAfter},
		{"-1", 0},
		{"soon", 0},
		{now.Add(7 * time.Second).Format(http.TimeFormat), 7 * time.Second},
		{now.Add(-time.Hour).Format(http.TimeFormat), 0},
	}
	for _, tt := range tests {
		d := history.Delivery{Response: &history.Response{Headers: []history.Header{{Name: "retry-after", Value: tt.value}}}}
		if got := retryAfter(&d, now); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.value, got, tt.want)
		}
	}
	if got := retryAfter(&history.Delivery{}, now); got != 0 {
		t.Errorf("without a response: got %s", got)
	}
}
