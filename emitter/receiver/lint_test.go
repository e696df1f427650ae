package receiver

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"artihook/emitter/payload"
	"artihook/fixtures"
)

func sample(t testing.TB, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "payload", "testdata", "samples", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestArtiBotsBodiesHaveNoFlaws(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"2019-updated.json", "2022-completed.json", "2022-updated.json"} {
		if flaws := Lint([]byte(sample(t, name))); len(flaws) > 0 {
			t.Errorf("%s: %v", name, flaws)
		}
	}
	for _, edition := range payload.Editions {
		for _, name := range fixtures.Bots() {
			bot, err := fixtures.LoadBot(name)
			if err != nil {
				t.Fatal(err)
			}
			generator, err := fixtures.NewGenerator(bot, fixtures.Options{Seed: 5, Edition: edition})
			if err != nil {
				t.Fatal(err)
			}
			c := generator.Conversation(1, time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
			for e := c.Next(); e != nil; e = c.Next() {
				if flaws := Lint(e.AppendJSON(nil)); len(flaws) > 0 {
					t.Errorf("%s, %s: %v", name, e.Action, flaws)
				}
			}
		}
	}
}

func TestLint(t *testing.T) {
	t.Parallel()
	completed := sample(t, "2022-completed.json")
	tests := []struct {
		id, path string
		old, new string // old in the sample is replaced by new
	}{
		{FlawMissingKey, "meta.chat_start_page", `"chat_start_page":"https://travel.example/",`, ``},
		{FlawUnknownKey, "meta.browser.extra", `"is_mobile":false`, `"is_mobile":false,"extra":1`},
		{FlawUnknownKey, "extra", `"resource_version":8}`, `"resource_version":8,"extra":{"a":[1]}}`},
		{FlawKeyOrder, "", `"resource":"lead","action":"completed"`, `"action":"completed","resource":"lead"`},
		{FlawType, "meta.location.latitude", `"latitude":"28.6"`, `"latitude":28.6`},
		{FlawType, "lead.data.No of Days.value", `"value":4.0`, `"value":4`},
		{FlawType, "lead.data.Category.value", `"display_value":"Deluxe","value":"Deluxe"`, `"display_value":"Deluxe","value":"Other"`},
		{FlawValue, "action", `"action":"completed"`, `"action":"deleted"`},
		{FlawValue, "resource", `"resource":"lead"`, `"resource":"visitor"`},
		{FlawValue, "meta.ip_address", `203.0.113.95`, `203.0.113`},
		{FlawID, "lead.contact_id", `2c1f6d36`, `2C1F6D36`},
		{FlawID, "resource_id", `"resource_id":"0b9d5a52`, `"resource_id":"1b9d5a52`},
		{FlawVersion, "resource_version", `"resource_version":8`, `"resource_version":9`},
		{FlawDate, "lead.modify_date", `09:32:02.862593"`, `09:32:02.862593Z"`},
		{FlawDate, "time_stamp", `09:32:04.334898Z`, `09:32:04.334800Z`},
		{FlawDateOrder, "lead.modify_date", `09:32:02.862593"`, `09:30:02.862593"`},
		{FlawAnswerType, "lead.data.Category.type", `"input":"Deluxe","type":"multiple_choice"`, `"input":"Deluxe","type":"stars"`},
		{FlawAnswerOrder, "lead.data", `"Category":`, `"Category of the tour":`},
		{FlawEdition, "lead.closed_status", `"closed_status":"ended",`, ``},
		{FlawEdition, "meta.last_answered_field_name", `"is_mobile":false}`, `"is_mobile":false},"last_answered_field_name":"Category"`},
		{FlawType, "lead.data.Category.value", `"display_value":"Deluxe","value":"Deluxe"`, `"display_value":"Deluxe","value":["Deluxe"]`},
		{FlawType, "lead.data.No of Days.value", `"value":4.0`, `"value":"4"`},
		{FlawType, "lead.data.Travel Date.value", `"value":{"date_time":"2022-07-28T09:31:00Z","grain":"day","timezone":"Asia/Calcutta"}`, `"value":"2022-07-28"`},
		{FlawMissingKey, "lead.data.Travel Date.value.grain", `"grain":"day",`, ``},
		{FlawUnknownKey, "lead.data.Category.other", `"value":"Deluxe"`, `"value":"Deluxe","other":1`},
		{FlawMissingKey, "lead.data.Category.type", `"input":"Deluxe","type":"multiple_choice"`, `"input":"Deluxe"`},
		{FlawType, "lead.data.Category", `"Category":{"input":"Deluxe","type":"multiple_choice","display_value":"Deluxe","value":"Deluxe"}`, `"Category":"Deluxe"`},
		{FlawType, "meta.browser.major", `"major":null`, `"major":1`},
		{FlawType, "lead.version", `"version":8,"data"`, `"version":"8","data"`},
		{FlawType, "meta.location", `"location":{`, `"location":"here","was":{`},
		{FlawVersion, "resource_version", `"resource_version":8`, `"resource_version":0`},
		{FlawVersion, "lead.version", `"version":8,"data"`, `"version":-8,"data"`},
		{FlawDate, "lead.create_date", `09:30:39.077162"`, `09:30:39.0771621"`},
		{FlawDate, "lead.create_date", `09:30:39.077162"`, `09:30:39.077160"`},
		{FlawDate, "lead.create_date", `2022-07-14T09:30:39.077162`, `14.7.2022`},
		{FlawDate, "lead.data.Travel Date.value.date_time", `"value":{"date_time":"2022-07-28T09:31:00Z"`, `"value":{"date_time":"2022-07-28"`},
		{FlawDate, "lead.data.Travel Date.value.date_time", `"value":{"date_time":"2022-07-28T09:31:00Z"`, `"value":{"date_time":"2022-07-28T09:31:07Z"`},
		{FlawSpelling, "", `Hills & Lakes","type`, `Hills \u0026 Lakes","type`},
	}
	covered := map[string]bool{FlawNotEvent: true}
	for _, tt := range tests {
		t.Run(tt.id+" "+tt.path, func(t *testing.T) {
			body := strings.Replace(completed, tt.old, tt.new, 1)
			if body == completed {
				t.Fatalf("the sample has no %q", tt.old)
			}
			flaws := Lint([]byte(body))
			if !slices.ContainsFunc(flaws, func(f Flaw) bool { return f.ID == tt.id && f.Path == tt.path && f.Text != "" }) {
				t.Errorf("got %+v", flaws)
			}
			checkPlaces(t, validate(t, validators()[payload.Edition2022], []byte(body)), flaws)
			others := slices.DeleteFunc(flaws, func(f Flaw) bool { return f.ID == tt.id })
			if tt.path == "meta.location" { // its members are in an unknown key now
				return
			}
			// The action "deleted" is not "completed" either, which is another flaw. The other bodies have flaws of one ID.
			if len(others) > 0 && tt.new != `"action":"deleted"` {
				t.Errorf("unexpected flaws: %+v", others)
			}
		})
		covered[tt.id] = true
	}
	for _, id := range flawIDs() {
		if !covered[id] {
			t.Errorf("no test for %s", id)
		}
	}
	for _, body := range []string{``, `5`, `{}`, `[]`, `{`, `null`, strings.Repeat("[", 100000)} {
		if diff := cmp.Diff([]string{FlawNotEvent}, ids(Lint([]byte(body)))); diff != "" {
			t.Errorf("%.20q: %s", body, diff)
		}
	}
}

func ids(flaws []Flaw) []string {
	var list []string
	for _, f := range flaws {
		list = append(list, f.ID)
	}
	return list
}

// FuzzLint replaces a part of a sample. The fuzzer would only minimize inputs as long as a sample.
func FuzzLint(f *testing.F) {
	samples := []string{sample(f, "2019-updated.json"), sample(f, "2022-completed.json"), sample(f, "2022-updated.json")}
	f.Add(uint8(0), uint16(0), uint16(1<<15), `{"lead":{"data":{"a":5,"b":{"type":"date_time","value":"x"}}},"meta":[]}`)
	f.Add(uint8(0), uint16(500), uint16(0), `"A":{"input":"x","type":"text","display_value":"x","value":[1.5,null]},`)
	f.Add(uint8(1), uint16(500), uint16(10), `2024-02-29T23:59:59.999Z`)
	f.Add(uint8(2), uint16(500), uint16(10), `\u2028"`)
	f.Fuzz(func(t *testing.T, which uint8, at, length uint16, piece string) {
		text := samples[int(which)%len(samples)]
		from := min(int(at), len(text))
		body := []byte(text[:from] + piece + text[min(from+int(length), len(text)):])
		flaws := Lint(body)
		if len(flaws) > maxFlaws {
			t.Fatalf("%d flaws", len(flaws))
		}
		if len(flaws) == 0 && !json.Valid(body) {
			t.Fatal("no flaw, but the body is not JSON")
		}
		for _, flaw := range flaws {
			if !slices.Contains(flawIDs(), flaw.ID) || flaw.Text == "" {
				t.Fatalf("%+v", flaw)
			}
		}
	})
}

func flawIDs() []string {
	return []string{
		FlawNotEvent, FlawMissingKey, FlawUnknownKey, FlawKeyOrder, FlawType, FlawValue, FlawID, FlawVersion, FlawDate,
		FlawDateOrder, FlawAnswerOrder, FlawAnswerType, FlawEdition, FlawSpelling,
	}
}
