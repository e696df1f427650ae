package webui

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"artihook/emitter/history"
)

// listen connects to the events. next returns the next line with the prefix.
func (s *site) listen(query string) (next func(prefix string) string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+"/events?"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { response.Body.Close() })
	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || kind != "text/event-stream" {
		s.t.Fatalf("%s, %s", response.Status, kind)
	}
	lines := bufio.NewReader(response.Body)
	return func(prefix string) string {
		s.t.Helper()
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				s.t.Fatal(err)
			}
			if strings.HasPrefix(line, prefix) {
				return line
			}
		}
	}
}

func TestEventsMatchTheFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	next := s.listen("status=5xx&after=1")
	next("event: ready")
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 204, "") })
	s.record(s.store, func(d *history.Delivery) { withResponse(d, 503, "") })
	line := next("data: [")
	if !strings.HasPrefix(line, `data: [{"id":3,"html":"<tr data-id`) || strings.Contains(line, `"id":2`) || !strings.Contains(line, "503") {
		t.Errorf("got %s", line)
	}
}

func TestEventsRejectInvalidQueries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, query := range []string{"status=abc1", "after=x", "open=1,x", "event=x"} {
		if response, _ := s.get("/events?" + query); response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", query, response.Status)
		}
	}
	for range maxListeners {
		s.page.listeners <- struct{}{}
	}
	if response, body := s.get("/events"); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one listener too many: %s %s", response.Status, body)
	}
}

func TestCloseEndsTheEvents(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	next := s.listen("")
	next("event: ready")
	s.page.Close() // returns when all streams have ended
	if response, _ := s.get("/events"); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a closed page: %s", response.Status)
	}
}
