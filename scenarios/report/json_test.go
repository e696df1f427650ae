package report_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"artihook/scenarios/report"
)

func TestJSONIsComplete(t *testing.T) {
	t.Parallel()
	text := output(t, report.WriteJSON, sample())
	var got struct {
		Outcome string `json:"outcome"`
		Suites  []struct {
			Steps []struct {
				Outcome   string `json:"outcome"`
				Exchanges []struct {
					Duration float64                     `json:"duration_ms"`
					Request  struct{ Head, Body string } `json:"request"`
					Response *struct {
						Body   string `json:"body"`
						Base64 string `json:"body_base64"`
					} `json:"response"`
				} `json:"exchanges"`
			} `json:"steps"`
		} `json:"suites"`
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if got.Outcome != "fail" || got.Suites[1].Steps[3].Outcome != "fail" {
		t.Errorf("outcomes: %q, %q", got.Outcome, got.Suites[1].Steps[3].Outcome)
	}
	first := got.Suites[0].Steps[0].Exchanges[0]
	if first.Request.Head != requestHead || first.Request.Body != leadBody || first.Duration != 3.1 {
		t.Errorf("first exchange: %+v", first)
	}
	if refused := got.Suites[1].Steps[1].Exchanges[0].Response; refused != nil {
		t.Errorf("an exchange without a response: %+v", refused)
	}
	binary := got.Suites[2].Steps[1].Exchanges[0].Response
	body, err := base64.StdEncoding.DecodeString(binary.Base64)
	if err != nil || string(body) != string(sample().Suites[2].Steps[1].Exchanges[0].Response.Body) || binary.Body != "" {
		t.Errorf("binary body: %q, %v", body, err)
	}
	huge := got.Suites[3].Steps[0].Exchanges[0].Response.Body
	if huge != string(sample().Suites[3].Steps[0].Exchanges[0].Response.Body) {
		t.Errorf("the huge body has %d bytes", len(huge))
	}
	if !strings.Contains(text, "<script>") {
		t.Error("HTML signs are escaped")
	}
}
