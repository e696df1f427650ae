package webui

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"artihook/emitter/history"
)

func TestAPIJobs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var j jobObject
	if status := s.api("POST", "/api/play", `{"webhook":"crm","leads":3,"concurrency":2,"seed":5}`, &j); status != http.StatusAccepted || j.State != "running" && j.State != "done" {
		t.Fatalf("play: %d %+v", status, j)
	}
	if j = s.ended(j); j.State != "done" || j.OK == nil || !*j.OK || j.Done != 3 || len(j.Leads) != 3 || len(j.Deliveries) < 9 {
		t.Errorf("play: %+v", j)
	}
	if n, err := s.store.Count(t.Context(), history.Filter{Source: history.SourcePlay}); err != nil || int(n) != len(j.Deliveries) {
		t.Errorf("the history has %d deliveries, the job %d, %v", n, len(j.Deliveries), err)
	}
	if status := s.api("POST", "/api/run", `{"webhook":"crm","scenario":"happy-path"}`, &j); status != http.StatusAccepted {
		t.Fatalf("run: %d", status)
	}
	if j = s.ended(j); j.State != "done" || !*j.OK || len(j.Results) != 1 || len(j.Deliveries) == 0 {
		t.Errorf("run: %+v", j)
	}
	if status := s.api("POST", "/api/run", `{"webhook":"crm","text":"name: x\nsteps: [{start: {}, expect: {status: 500}}]","vars":{"a":"b"}}`, &j); status != http.StatusAccepted {
		t.Fatalf("run a text: %d", status)
	}
	if j = s.ended(j); j.State != "done" || *j.OK {
		t.Errorf("a failed scenario: %+v", j)
	}
	if status := s.api("POST", "/api/run", `{"webhook":"crm","text":"name: x\nsteps: [{send: {body: '${HOME}'}}]"}`, &j); status != http.StatusAccepted {
		t.Fatalf("run a text with a variable: %d", status)
	}
	if j = s.ended(j); j.State != "failed" || *j.OK || !strings.Contains(j.Error, `"HOME" is not set`) || len(j.Deliveries) > 0 {
		t.Errorf("a scenario with a variable of the environment: %+v", j)
	}
	if status := s.api("POST", "/api/check", `{"webhook":"crm","only":["signature-wrong-secret","signature-missing-header"],"rejection":[401]}`, &j); status != http.StatusAccepted {
		t.Fatalf("check: %d", status)
	}
	if j = s.ended(j); j.State != "done" || !*j.OK || len(j.Results) != j.Total || j.Total < 1 {
		t.Errorf("check: %+v", j)
	}
	if status := s.api("POST", "/api/play", `{"webhook":"crm","pace":"1h"}`, &j); status != http.StatusAccepted {
		t.Fatalf("a slow play: %d", status)
	}
	status, content := s.apiWith("DELETE", fmt.Sprintf("/api/jobs/%d", j.ID), "", nil)
	if status != http.StatusOK || !bytes.Contains(content, []byte(`"state":"cancelled"`)) || !bytes.Contains(content, []byte(`"results":[]`)) || bytes.Contains(content, []byte(`"deliveries":null`)) {
		t.Errorf("cancel: %d %s", status, content)
	}
	var all struct{ Jobs []jobObject }
	if status := s.api("GET", "/api/jobs", "", &all); status != http.StatusOK || len(all.Jobs) != 6 || all.Jobs[0].ID != 6 {
		t.Errorf("the jobs: %d %+v", status, all)
	}
}

func TestAPIBoundsJobs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range maxRunning {
		if status := s.api("POST", "/api/play", `{"webhook":"crm","pace":"1h"}`, nil); status != http.StatusAccepted {
			t.Fatal(status)
		}
	}
	if status := s.api("POST", "/api/play", `{"webhook":"crm"}`, nil); status != http.StatusTooManyRequests {
		t.Errorf("one job more: %d", status)
	}
	for i := range maxRunning {
		s.api("DELETE", fmt.Sprintf("/api/jobs/%d", i+1), "", nil)
	}
	for range maxEnded + 2 {
		var j jobObject
		s.api("POST", "/api/run", `{"webhook":"crm","text":"name: x\nsteps: [{wait: 1ms}]"}`, &j)
		s.ended(j)
	}
	if n := len(s.page.jobs.all()); n > maxEnded+1 {
		t.Errorf("%d jobs are known", n)
	}
	if status := s.api("GET", "/api/jobs/1", "", nil); status != http.StatusNotFound {
		t.Errorf("the oldest job: %d", status)
	}
}

// TestAPIGoesOnWithoutTheClient checks that a delivery is recorded although the client does not wait for it.
func TestAPIGoesOnWithoutTheClient(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	arrived, respond := make(chan bool, 1), make(chan bool)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { arrived <- true; <-respond }))
	defer slow.Close()
	connection := &http.Client{Timeout: 30 * time.Second}
	go func() {
		<-arrived
		connection.CloseIdleConnections()
		close(respond)
	}()
	response, err := connection.Post(s.url+"/api/send", "application/json", strings.NewReader(`{"url":"`+slow.URL+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if last, err := s.store.Last(t.Context()); err != nil || last.State != history.Done || last.Status != 200 {
		t.Errorf("got %+v, %v", last, err)
	}
}
