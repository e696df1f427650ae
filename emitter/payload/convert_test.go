package payload

import (
	"strings"
	"testing"
)

func TestInTheOtherEdition(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, to        Edition
		action          Action
		version         int // of 8 in the first edition
		closed          string
		hasLastAnswered bool
	}{
		{Edition2019, Edition2022, Created, 8, `"closed_status":null`, true},
		{Edition2019, Edition2022, Updated, 8, `"closed_status":null`, true},
		{Edition2019, Edition2022, Completed, 7, `"closed_status":"ended"`, false},
		{Edition2022, Edition2019, Updated, 8, "", true},
		{Edition2022, Edition2019, Completed, 9, "", true},
		{Edition2019, Edition2019, Completed, 8, "", true},
	}
	for _, tt := range tests {
		e := everyType(tt.from, tt.action)
		if tt.from == Edition2022 && tt.action == Completed {
			e.Lead.ClosedStatus = "ended"
		}
		before := string(e.AppendJSON(nil))
		converted := e.In(tt.to)
		if string(e.AppendJSON(nil)) != before {
			t.Errorf("%s to %s changed the event itself", tt.from, tt.to)
		}
		body := string(converted.AppendJSON(nil))
		back, err := Decode([]byte(body))
		if err != nil || back.Edition != tt.to || back.Lead.Version != tt.version {
			t.Errorf("%s %s to %s: edition %s, version %d, %v", tt.action, tt.from, tt.to, back.Edition, back.Lead.Version, err)
		}
		if !strings.Contains(body, tt.closed) || tt.closed == "" && strings.Contains(body, "closed_status") {
			t.Errorf("%s %s to %s: want %q in %s", tt.action, tt.from, tt.to, tt.closed, body)
		}
		if got := strings.Contains(body, "last_answered_field_name"); got != tt.hasLastAnswered {
			t.Errorf("%s %s to %s: has last_answered_field_name: %v", tt.action, tt.from, tt.to, got)
		}
	}
}
