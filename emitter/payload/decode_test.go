package payload

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestDecodeNamesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	body := string(samples(t)["2022-updated"])
	tests := []struct {
		name, old, new, want string
	}{
		{"cut short", body[100:], "", "invalid JSON near byte 100"},
		{"no lead", body, `{"resource":"lead"}`, "the key lead is missing"},
		{"other resource", `"resource":"lead"`, `"resource":"bot"`, `resource is "bot"`},
		{"text for a number", `"version":8`, `"version":"8"`, "lead.version: want a whole number, got string"},
		{"versions differ", `"resource_version":8`, `"resource_version":9`, "resource_version 9 is not lead.version 8"},
		{"ids differ", `"resource_id":"3d2c`, `"resource_id":"4d2c`, "is not lead.id"},
		{"action", `"action":"updated"`, `"action":"deleted"`, `unknown action "deleted"`},
		{"date", "2022-07-14T09:30:41.5189", "yesterday", `"yesterday" is not a date`},
		{"answers", `"data":{`, `"data":[],"other":{`, "lead.data is not an object"},
		{"one answer", `{"input":"Deluxe"`, `{"input":7`, `answer "Category": input: want a string, got number`},
		{"no status", `"status":"active",`, "", "lead.status is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(body, tt.old) {
				t.Fatalf("the sample does not hold %q", tt.old)
			}
			_, err := Decode([]byte(strings.Replace(body, tt.old, tt.new, 1)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "payload.") {
				t.Errorf("the error speaks Go: %v", err)
			}
		})
	}
}

func TestDecodeKeepsWhatTheTypesCannotSay(t *testing.T) {
	t.Parallel()
	body := string(samples(t)["2022-updated"])
	for name, swap := range map[string][2]string{
		"a number that is no double":    {`"value":4.0`, `"value":4`},
		"a number that is text":         {`"value":4.0`, `"value":"four"`},
		"a date with one more key":      {`"grain":"day",`, `"grain":"day","note":[1.5,{}],`},
		"a value that is null":          {`"value":4.0`, `"value":null`},
		"another status":                {`"status":"active"`, `"status":"archived"`},
		"an unknown type":               {`"type":"number","display_value":"4"`, `"type":"rating","display_value":"4"`},
		"a city that is empty text":     {`"city":null`, `"city":""`},
		"no last answered field at all": {`"last_answered_field_name":"Which Tour"`, `"last_answered_field_name":""`},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(body, swap[0], swap[1], 1)
			if changed == body {
				t.Fatal("nothing was changed")
			}
			e, err := Decode([]byte(changed))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(e.AppendJSON(nil)); got != changed {
				t.Errorf("\n got %s\nwant %s", got, changed)
			}
		})
	}
}

// FuzzDecode replaces a piece of a sample. Whole samples as inputs would be so long that fuzzing only minimized them.
func FuzzDecode(f *testing.F) {
	all := samples(f)
	names := slices.Sorted(maps.Keys(all))
	f.Add(uint8(0), uint16(0), uint16(1<<15), []byte(`{"resource":"lead"}`))
	f.Add(uint8(0), uint16(500), uint16(0), []byte(`"A":{"input":"x","type":"text","display_value":"x","value":[1.5,null]},`))
	f.Add(uint8(1), uint16(500), uint16(10), []byte(`2024-02-29T23:59:59.999Z`))
	f.Add(uint8(2), uint16(500), uint16(10), []byte(`\u2028"`))
	f.Fuzz(func(t *testing.T, which uint8, at, length uint16, piece []byte) {
		body := all[names[int(which)%len(names)]]
		from := min(int(at), len(body))
		body = slices.Concat(body[:from], piece, body[min(from+int(length), len(body)):])
		e, err := Decode(body)
		if err != nil {
			return
		}
		text := e.AppendJSON(nil)
		again, err := Decode(text)
		if err != nil {
			t.Fatalf("%v\nread %s\nwrote %s", err, body, text)
		}
		if second := again.AppendJSON(nil); string(second) != string(text) {
			t.Fatalf("a second pass changes\n%s\n%s", text, second)
		}
	})
}

func TestParseActionReadsEverySpelling(t *testing.T) {
	t.Parallel()
	for _, action := range Actions {
		name := string(action)
		for _, s := range []string{name, "lead:" + name, "Lead" + strings.ToUpper(name[:1]) + name[1:]} {
			if got, err := ParseAction(s); err != nil || got != action {
				t.Errorf("%q: got %q, %v", s, got, err)
			}
		}
	}
	for _, s := range []string{"", "lead:", "deleted", "bot:created"} {
		if got, err := ParseAction(s); err == nil {
			t.Errorf("%q is read as %q", s, got)
		}
	}
}

func TestSummarize(t *testing.T) {
	t.Parallel()
	e := everyType(Edition2019, Updated)
	if got := Summarize(e.AppendJSON(nil)); got != e.Summary() {
		t.Errorf("got %+v, want %+v", got, e.Summary())
	}
	for _, body := range []string{"", "[]", "hello", `{"resource":1,"action":{},"resource_version":"x"}`} {
		if got := Summarize([]byte(body)); got != (Summary{}) {
			t.Errorf("%q: got %+v", body, got)
		}
	}
}
