package receiver

import (
	"strings"
	"testing"

	"artihook/emitter/payload"
)

func TestAltered(t *testing.T) {
	t.Parallel()
	sent := string(sampleEvent())
	tests := []struct{ name, old, new, want string }{
		{"as sent", "", "", ""},
		{"a custom value", `"value":"Ada"`, `"value":["a row",7]`, ""},
		{"an unknown type", `"type":"text"`, `"type":"rating"`, ""},
		{"white space", `,"meta"`, `, "meta"`, "Newtonsoft.Json"},
		{"an added key", `"resource":`, `"received":1,"resource":`, "received"},
		{"a removed key", `"major":null,`, ``, "meta.browser.major"},
		{"not an event", sent, `{}`, "lead"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(sent, tt.old) {
				t.Fatalf("the event does not contain %q", tt.old)
			}
			got := Altered([]byte(strings.Replace(sent, tt.old, tt.new, 1)))
			if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func sampleEvent() []byte {
	e := payload.Event{Action: payload.Created, Lead: payload.Lead{Version: 1, Data: []payload.Answer{
		{Field: "Name", Input: "Ada", Type: payload.TypeText, Display: "Ada", Value: payload.Text("Ada")},
	}}, Meta: payload.Meta{IPAddress: "203.0.113.7", LastAnswered: "Name"}}
	e.Lead.Modified, e.Time = payload.Live(e.Lead.Modified.Time()), payload.Live(e.Time.Time())
	return e.AppendJSON(nil)
}
