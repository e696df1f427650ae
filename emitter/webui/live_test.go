package webui

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"artihook/emitter/history"
)

// listen opens the stream of news, and gives its next line that begins so.
func (s *site) listen(query string) (next func(beginning string) string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+"/events?"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { answer.Body.Close() })
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || kind != "text/event-stream" {
		s.t.Fatalf("%s, %s", answer.Status, kind)
	}
	lines := bufio.NewReader(answer.Body)
	return func(beginning string) string {
		s.t.Helper()
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				s.t.Fatal(err)
			}
			if strings.HasPrefix(line, beginning) {
				return line
			}
		}
	}
}

func TestEventsBringWhatFitsTheView(t *testing.T) {
	s := newSite(t)
	s.record(s.store, func(d *history.Delivery) { answered(d, 204, "") })
	next := s.listen("status=5xx&after=1")
	next("event: ready")
	s.record(s.store, func(d *history.Delivery) { answered(d, 204, "") })
	s.record(s.store, func(d *history.Delivery) { answered(d, 503, "") })
	line := next("data: [")
	if !strings.HasPrefix(line, `data: [{"id":3,"html":"<tr data-id`) || strings.Contains(line, `"id":2`) || !strings.Contains(line, "503") {
		t.Errorf("the news is %s", line)
	}
}

func TestEventsRefuseWhatTheyCannotRead(t *testing.T) {
	s := newSite(t)
	for _, query := range []string{"status=abc1", "after=x", "open=1,x", "event=x"} {
		if answer, _ := s.get("/events?" + query); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", query, answer.Status)
		}
	}
	for range maxListeners {
		s.page.listeners <- struct{}{}
	}
	if answer, body := s.get("/events"); answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one listener too many: %s %s", answer.Status, body)
	}
}

func TestCloseEndsTheEvents(t *testing.T) {
	s := newSite(t)
	next := s.listen("")
	next("event: ready")
	s.page.Close() // returns only when nobody is served any more
	if answer, _ := s.get("/events"); answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a closed page: %s", answer.Status)
	}
}
