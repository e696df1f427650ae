package webui

import (
	"fmt"
	"net/http"
	"time"
)

// maxJobWait is the longest wait for a job in one request.
const maxJobWait = time.Minute

func (h *Handler) apiPlay(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var ask playRequest
	if err := readJSON(r, &ask); err != nil {
		return 0, nil, err
	}
	j, err := h.startPlay(&ask)
	return accepted(w, j, err)
}

func (h *Handler) apiRun(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var ask runRequest
	if err := readJSON(r, &ask); err != nil {
		return 0, nil, err
	}
	j, err := h.startRun(r.Context(), &ask)
	return accepted(w, j, err)
}

func (h *Handler) apiCheck(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var ask checkRequest
	if err := readJSON(r, &ask); err != nil {
		return 0, nil, err
	}
	j, err := h.startCheck(r.Context(), &ask)
	return accepted(w, j, err)
}

// accepted returns the response for a job that was started.
func accepted(w http.ResponseWriter, j *job, err error) (int, any, error) {
	if err != nil {
		return 0, nil, err
	}
	w.Header().Set("Location", fmt.Sprintf("/api/jobs/%d", j.id))
	return http.StatusAccepted, j.object(), nil
}

func (h *Handler) apiJobs(http.ResponseWriter, *http.Request) (int, any, error) {
	objects := []jobObject{}
	for _, j := range h.jobs.all() {
		o := j.object()
		o.Deliveries, o.Leads, o.Results = nil, nil, nil // the job alone has them
		objects = append(objects, o)
	}
	return http.StatusOK, struct {
		Jobs []jobObject `json:"jobs"`
	}{objects}, nil
}

// apiJob returns a job. With wait, it waits so long for its end.
func (h *Handler) apiJob(w http.ResponseWriter, r *http.Request) (int, any, error) {
	j, err := h.jobs.find(r.PathValue("id"))
	if err != nil {
		return 0, nil, err
	}
	if s := r.URL.Query().Get("wait"); s != "" {
		wait, err := time.ParseDuration(s)
		if err != nil || wait < 0 || wait > maxJobWait {
			return 0, nil, fmt.Errorf("wait is %q; want a duration of at most %s, such as 30s", s, maxJobWait)
		}
		noDeadline(w)
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-j.done:
		case <-timer.C:
		case <-r.Context().Done():
		case <-h.ctx.Done():
		}
	}
	return http.StatusOK, j.object(), nil
}

// apiCancel cancels a job and waits until it has ended.
func (h *Handler) apiCancel(w http.ResponseWriter, r *http.Request) (int, any, error) {
	j, err := h.jobs.find(r.PathValue("id"))
	if err != nil {
		return 0, nil, err
	}
	j.cancel()
	noDeadline(w)
	select {
	case <-j.done:
	case <-r.Context().Done():
	}
	return http.StatusOK, j.object(), nil
}
