package payload

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

func everyType(edition Edition, action Action) Event {
	city := "Zürich"
	moment := time.Date(2026, 7, 28, 9, 31, 12, 345678900, time.UTC)
	return Event{
		Edition: edition, Action: action, Time: Live(moment),
		Lead: Lead{
			ID: uuid.MustParse("c19377db-bdab-4f6d-b8f8-a327c693295e"), Created: Stored(moment), Modified: Live(moment), Version: 8,
			Data: []Answer{
				{Field: "Name", Input: "Zoë", Type: TypeText, Display: "Zoë", Value: Text("Zoë")},
				{Field: "Mail", Input: "z@mail.example", Type: TypeEmail, Display: "z@mail.example", Value: Text("z@mail.example")},
				{Field: "Phone", Input: "555-0100", Type: TypePhone, Display: "555-0100", Value: Text("555-0100")},
				{Field: "Plan", Input: "A & B", Type: TypeMultipleChoice, Display: "A & B", Value: Text("A & B")},
				{Field: "Seats", Input: "4", Type: TypeNumber, Display: "4", Value: Number(4)},
				{Field: "When", Input: "7/28/26 9:31:00 AM", Type: TypeDateTime, Display: "7/28/26", Value: Moment{Minute(moment), "day", "Europe/Zurich"}},
				{Field: "Where", Input: "1 Rd, X", Type: TypeAddress, Display: "1 Rd, X", Value: Address{Line1: "1 Rd", City: "X"}},
				{Field: "File", Input: "cv.pdf", Type: "file", Display: "cv.pdf", Value: Raw(`{"b":1,"a":[4.0,null]}`)},
				{Field: "Skipped", Type: "consent"},
			},
		},
		Meta: Meta{Location: Location{City: &city}, LastAnswered: "Skipped"},
	}
}

func TestEveryAnswerTypeSurvivesARoundTrip(t *testing.T) {
	t.Parallel()
	for _, edition := range Editions {
		for _, action := range Actions {
			e := everyType(edition, action)
			body := e.AppendJSON(nil)
			back, err := Decode(body)
			if err != nil {
				t.Fatalf("%s %s: %v\n%s", edition, action, err, body)
			}
			if again := back.AppendJSON(nil); string(again) != string(body) {
				t.Errorf("%s %s\n got %s\nwant %s", edition, action, again, body)
			}
			if back.Edition != edition {
				t.Errorf("edition %s came back as %s", edition, back.Edition)
			}
		}
	}
}

func TestEditionsDiffer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		edition Edition
		action  Action
		has     []string
		lacks   []string
	}{
		{Edition2019, Updated, []string{`"status":0,"version"`, `"last_answered_field_name":"Skipped"`}, []string{"closed_status"}},
		{Edition2019, Completed, []string{`"status":0,"version"`, `"last_answered_field_name":"Skipped"`}, []string{"closed_status"}},
		{Edition2022, Updated, []string{`"status":"active","closed_status":null,`, `"last_answered_field_name"`}, nil},
		{Edition2022, Completed, []string{`"status":"active","closed_status":"ended",`}, []string{"last_answered_field_name"}},
	}
	for _, tt := range tests {
		e := everyType(tt.edition, tt.action)
		if tt.action == Completed {
			e.Lead.ClosedStatus = "ended"
		}
		body := string(e.AppendJSON(nil))
		for _, want := range tt.has {
			if !strings.Contains(body, want) {
				t.Errorf("%s %s lacks %s: %s", tt.edition, tt.action, want, body)
			}
		}
		for _, no := range tt.lacks {
			if strings.Contains(body, no) {
				t.Errorf("%s %s has %s: %s", tt.edition, tt.action, no, body)
			}
		}
	}
}

func TestAppendJSONAllocatesNothing(t *testing.T) {
	e := everyType(Edition2022, Updated)
	buf := e.AppendJSON(nil)
	if n := testing.AllocsPerRun(100, func() { buf = e.AppendJSON(buf[:0]) }); n != 0 {
		t.Errorf("%v allocations for one event", n)
	}
}

func TestDoubles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		f    float64
		want string
	}{
		{0, "0.0"},
		{math.Copysign(0, -1), "0.0"},
		{4, "4.0"},
		{-3, "-3.0"},
		{9000000001, "9000000001.0"},
		{19.99, "19.99"},
		{-2.25, "-2.25"},
		{0.0001, "0.0001"},
		{0.00012345, "0.00012345"},
		{0.00001, "1E-05"},
		{-1.25e-7, "-1.25E-07"},
		{999999999999999, "999999999999999.0"},
		{1e15, "1E+15"},
		{123456789012345e1, "1.23456789012345E+15"},
		{1e100, "1E+100"},
		{66.66666666666667, "66.666666666666671"},  // 16 digits: .NET Framework and Core 2
		{9007199254740993, "9007199254740992.0"},   // a double's nearest
		{12345678901234567, "12345678901234568.0"}, // 17 digits still stand without an exponent
		{123456789012345678, "1.2345678901234568E+17"},
		{math.MaxFloat64, "1.7976931348623157E+308"},
		{math.NaN(), "null"},
		{math.Inf(-1), "null"},
	}
	for _, tt := range tests {
		if got := string(appendDouble(nil, tt.f)); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.f, got, tt.want)
		}
	}
}

func FuzzDouble(f *testing.F) {
	for _, seed := range []float64{0, 1, -1.5, 1e15, 1e-5, 66.66666666666667, math.MaxFloat64, 5e-324} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		text := appendDouble(nil, v)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		var back float64
		if err := json.Unmarshal(text, &back); err != nil || back != v {
			t.Fatalf("%v is written %s and read as %v (%v)", v, text, back, err)
		}
		if raw, err := ParseRaw(text); err != nil || string(raw) != string(text) {
			t.Fatalf("%s is written again as %s (%v)", text, raw, err)
		}
	})
}

// FuzzText puts any string where people's words go: it must come back whole, and never change on a second pass.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "Zoë <O'Brien> & Söhne", "\x00\x1f\x7f\u0085\u2028", "a\xffb\xc2", "\xed\xa0\x80", "😀\\\"", "2022-07-28T09:31:00.000Z"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, field, input string) {
		e := everyType(Edition2019, Updated)
		e.Lead.Data = []Answer{{Field: field, Input: input, Type: TypeText, Display: input, Value: Text(input)}}
		body := e.AppendJSON(nil)
		if !json.Valid(body) || !utf8.Valid(body) {
			t.Fatalf("not valid JSON in UTF-8: %q", body)
		}
		back, err := Decode(body)
		if err != nil {
			t.Fatalf("%v: %q", err, body)
		}
		a := back.Lead.Data[0]
		if a.Field != repaired(field) || a.Input != repaired(input) || a.Value != Value(Text(repaired(input))) {
			t.Fatalf("field %q, input %q came back as %+v", field, input, a)
		}
		if again := back.AppendJSON(nil); string(again) != string(body) {
			t.Fatalf("a second pass changes\n%s\n%s", body, again)
		}
	})
}

// repaired returns s with each byte that is not UTF-8 replaced by U+FFFD, as the contract requires.
func repaired(s string) string { return string([]rune(s)) }

func FuzzParseRaw(f *testing.F) {
	for _, seed := range []string{`{"b":1,"a":[1.50,-0,1e400,"\ud83d"]}`, `[[[]]]`, `nul`, `{"a":1,"a":2}`, ` 1 `, `1 2`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		raw, err := ParseRaw(text)
		if err != nil {
			return
		}
		if !json.Valid(text) || !json.Valid([]byte(raw)) {
			t.Fatalf("%q was read as %q; one of them is not JSON", text, raw)
		}
		if again, err := ParseRaw([]byte(raw)); err != nil || again != raw {
			t.Fatalf("%q is spelled again as %q (%v)", raw, again, err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	e, err := Decode(samples(b)["2022-updated"])
	if err != nil {
		b.Fatal(err)
	}
	buf := e.AppendJSON(nil)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		buf = e.AppendJSON(buf[:0])
	}
}
