package cmd

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// leadStore is the receiver that the documents talk about: it verifies, answers with a little JSON, and tells what it
// knows of a lead. It writes a line for each event into a log.
type leadStore struct {
	log   string
	mu    sync.Mutex
	leads map[string]*storedLead
}

type storedLead struct {
	ID       string    `json:"id"`
	Version  int       `json:"version"`
	State    string    `json:"state"`
	Received time.Time `json:"received"`
	Tags     []string  `json:"tags"`
}

// startLeadStore starts it and gives its address.
func startLeadStore(t *testing.T, folder string) string {
	t.Helper()
	s := &leadStore{log: filepath.Join(folder, "leads.log"), leads: map[string]*storedLead{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func (s *leadStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		s.show(w, r)
		return
	}
	var event payload.Summary
	verdict := httptest.NewRecorder()
	receiver.New(receiver.Options{
		Secret: signature.NewSecret(readmeSecret), Seen: func(a receiver.Arrival) { event = a.Summary },
	}).ServeHTTP(verdict, r)
	if verdict.Code/100 != 2 {
		http.Error(w, strings.TrimSpace(verdict.Body.String()), verdict.Code)
		return
	}
	lead, err := s.store(event)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Location", "/leads/"+lead.ID)
	w.Header().Set("X-Number", "4711")
	writeLead(w, lead)
}

// store keeps the newest that was told of a lead, in whatever order it came.
func (s *leadStore) store(event payload.Summary) (storedLead, error) {
	state := strings.TrimPrefix(event.Event, "lead:")
	s.mu.Lock()
	defer s.mu.Unlock()
	lead := s.leads[event.Lead]
	if lead == nil {
		lead = &storedLead{ID: event.Lead, Received: time.Now(), Tags: []string{"lead", "new"}}
		s.leads[event.Lead] = lead
	}
	if event.Version > lead.Version {
		lead.Version, lead.State = event.Version, state
	}
	log, err := os.OpenFile(s.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return *lead, err
	}
	defer log.Close()
	_, err = fmt.Fprintln(log, event.Lead, state, event.Version)
	return *lead, err
}

func (s *leadStore) show(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lead := s.leads[strings.TrimPrefix(r.URL.Path, "/leads/")]
	if lead == nil {
		http.NotFound(w, r)
		return
	}
	writeLead(w, *lead)
}

func writeLead(w http.ResponseWriter, lead storedLead) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(lead)
}
