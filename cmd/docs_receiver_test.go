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

	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// leadStore is the receiver of the documents. It verifies requests and responds with a small JSON object. GET /leads/ID
// returns the stored lead. It appends a line for each valid event to a log.
type leadStore struct {
	leads   receiver.Leads
	started time.Time
	log     string // a path

	mu sync.Mutex // of the log
}

type storedLead struct {
	ID       string                     `json:"id"`
	Version  int                        `json:"version"`
	State    string                     `json:"state"`
	Received time.Time                  `json:"received"`
	Tags     []string                   `json:"tags"`
	Answers  map[string]json.RawMessage `json:"answers"`
}

// startLeadStore starts the receiver and returns its address. The log is leads.log in the folder.
func startLeadStore(t *testing.T, folder string) string {
	t.Helper()
	server := httptest.NewServer(&leadStore{log: filepath.Join(folder, "leads.log"), started: time.Now()})
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func (s *leadStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id, ok := strings.CutPrefix(r.URL.Path, "/leads/"); ok {
		lead, ok := s.lead(id)
		if !ok {
			http.NotFound(w, r)
			return
		}
		writeLead(w, &lead)
		return
	}
	var arrival receiver.Arrival
	response := httptest.NewRecorder()
	receiver.New(receiver.Options{
		Secret: signature.NewSecret(documentSecret), Leads: &s.leads, Seen: func(a receiver.Arrival) { arrival = a },
	}).ServeHTTP(response, r)
	if response.Code/100 != 2 {
		http.Error(w, strings.TrimSpace(response.Body.String()), response.Code)
		return
	}
	lead, _ := s.lead(arrival.Summary.Lead)
	if err := s.append(fmt.Sprintln(lead.ID, strings.TrimPrefix(arrival.Summary.Event, "lead:"), arrival.Summary.Version)); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Location", "/leads/"+lead.ID)
	w.Header().Set("X-Number", "4711")
	writeLead(w, &lead)
}

func (s *leadStore) lead(id string) (storedLead, bool) {
	record, ok := s.leads.Of(id)
	lead := storedLead{ID: id, Version: record.Version, State: "updated", Received: s.started, Tags: []string{"lead", "new"}, Answers: record.Answers}
	switch {
	case record.Completed:
		lead.State = "completed"
	case record.Version <= 1:
		lead.State = "created"
	}
	return lead, ok
}

func (s *leadStore) append(line string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	log, err := os.OpenFile(s.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	_, err = log.WriteString(line)
	return err
}

func writeLead(w http.ResponseWriter, lead *storedLead) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(lead)
}
