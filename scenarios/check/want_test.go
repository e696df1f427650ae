package check

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"artihook/emitter/history"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// TestWants lists the responses that each expectation accepts; 0 is a delivery without a response.
func TestWants(t *testing.T) {
	t.Parallel()
	statuses := []int{0, 200, 204, 299, 300, 302, 399, 400, 401, 402, 403, 404, 409, 422, 499, 500, 501, 503, 599}
	for _, tt := range []struct {
		name string
		want want
		fits []int
	}{
		{"accepted", accepted, []int{200, 204, 299}},
		{"rejected", (&caseRun{run: &run{opt: &Options{}}}).rejected(), []int{400, 401, 403, 404}},
		{"rejected with other statuses", (&caseRun{run: &run{opt: &Options{Rejection: []int{402, 409}}}}).rejected(), []int{402, 409}},
		{"rejectedAsInvalid", rejectedAsInvalid, []int{400, 401, 402, 403, 404, 409, 422, 499}},
		{"tolerated", tolerated, []int{200, 204, 299, 400, 401, 402, 403, 404, 409, 422, 499}},
		{"anyResponse", anyResponse, statuses[1:]},
		{"noCrash", noCrash, []int{200, 204, 299, 300, 302, 399, 400, 401, 402, 403, 404, 409, 422, 499, 501}},
	} {
		var fits []int
		for _, status := range statuses {
			d := &history.Delivery{State: history.Done, Status: status}
			if status == 0 {
				d.Error, d.Reason = "timeout", "no response within 1s"
			}
			if tt.want.accepts(d) {
				fits = append(fits, status)
			}
		}
		if !slices.Equal(fits, tt.fits) {
			t.Errorf("%s accepts %v, want %v", tt.name, fits, tt.fits)
		}
	}
}

// TestStatusOfARejection examines receivers that respond to wrong signatures with another status.
func TestStatusOfARejection(t *testing.T) {
	t.Parallel()
	reference := receiver.New(receiver.Options{Secret: signature.NewSecret(testSecret)})
	for status, outcome := range map[int]report.Outcome{
		401: report.Passed, 403: report.Passed,
		400: report.Passed, 404: report.Passed,
		204: report.Failed, 302: report.Failed, 409: report.Failed, 422: report.Failed, 500: report.Failed,
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(replaceStatus(reference, http.StatusUnauthorized, status))
			defer server.Close()
			for _, r := range examine(t, server.URL, exam{only: []string{"signature-wrong-secret"}}, nil) {
				if r.Outcome != outcome {
					t.Errorf("%s: %s, got %s", r.Case.ID, r.Outcome, r.Got)
				}
			}
		})
	}
}

// TestStatusToAnotherContentType examines receivers that respond to another content type with each kind of status.
func TestStatusToAnotherContentType(t *testing.T) {
	t.Parallel()
	reference := receiver.New(receiver.Options{Secret: signature.NewSecret(testSecret)})
	for status, outcome := range map[int]report.Outcome{200: report.Passed, 415: report.Passed, 302: report.Failed, 500: report.Failed} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Content-Type") == "application/json" {
					reference.ServeHTTP(w, r)
					return
				}
				w.WriteHeader(status)
			}))
			defer server.Close()
			if r := examine(t, server.URL, exam{only: []string{"http-content-type"}}, nil)[0]; r.Outcome != outcome {
				t.Errorf("%s, got %s", r.Outcome, r.Got)
			}
		})
	}
}

// replaceStatus returns a handler that responds as h does, but with the status to in place of from.
func replaceStatus(h http.Handler, from, to int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		h.ServeHTTP(recorded, r)
		if recorded.Code == from {
			recorded.Code = to
		}
		w.WriteHeader(recorded.Code)
	})
}
