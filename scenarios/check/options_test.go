package check

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/scenarios/report"
)

// TestErrorOfEnded checks that an error of Options.Ended stops the run and that the results until then are returned.
func TestErrorOfEnded(t *testing.T) {
	t.Parallel()
	secret := signature.NewSecret(testSecret)
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: secret}))
	defer server.Close()
	url, err := signature.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	sender := emitter.New(emitter.Options{})
	defer sender.Close()
	stop := errors.New("stop")
	results, err := Run(t.Context(), Options{
		Emitter: sender, Webhook: emitter.Webhook{URL: url, Secret: secret}, Linger: time.Microsecond, Ended: func(Result) error { return stop },
	})
	if !errors.Is(err, stop) || len(results) != 2 { // the last result is reported when the case after it has ended
		t.Errorf("got %d results, error %v", len(results), err)
	}
}

// TestSecretIsMasked checks that neither a result nor a report has the secret that a probe or a response contains.
func TestSecretIsMasked(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(receiver.New(receiver.Options{Secret: signature.NewSecret(testSecret)}))
	defer server.Close()
	results := examine(t, server.URL, exam{only: []string{"life-gaps"}}, func(context.Context, string) (string, error) {
		return "", errors.New("cannot log in with " + testSecret)
	})
	if got := results[0].Got; !strings.HasPrefix(got, "cannot log in with ") || strings.Contains(got, testSecret) {
		t.Errorf("got %q", got)
	}
	leaking := Result{Case: Cases()[0], Outcome: report.Failed, Got: "500: " + testSecret}
	r := Report([]Result{leaking}, ReportOptions{Secret: signature.NewSecret(testSecret)})
	if got := r.Suites[0].Steps[0].Checks[0].Actual; !strings.HasPrefix(got, "500: ") || strings.Contains(got, testSecret) {
		t.Errorf("the report has %q", got)
	}
}
