package history

import (
	"fmt"
	"strings"
	"testing"

	"artihook/emitter/exchange"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 60) + strings.Repeat("]", 60)
	for _, tt := range []struct {
		change func(before, after *Delivery)
		want   string
	}{
		{func(_, _ *Delivery) {}, ""},
		{func(_, b *Delivery) { b.ID, b.Attempt, b.Duration = 9, 2, 1 }, ""},
		{func(_, b *Delivery) { b.Status, b.URL = 500, "http://other/" }, "url: http://localhost:8000/hook → http://other/; status: 204 → 500"},
		{func(_, b *Delivery) { b.Error, b.Status, b.Response = "refused", 0, nil }, "status: 204 → –; response.headers.x-trace: 1 → –; response.body: ok → –; error: – → refused"},
		{func(_, b *Delivery) { b.Request.Headers = nil }, "request.headers.user-agent: artibot-api → –; request.headers.x-artibot-signature: AB → –"},
		{func(a, b *Delivery) {
			a.Request.Body = []byte(`{"lead":{"version":1,"x.y":[1,"a"],"same":null}}`)
			b.Request.Body = []byte(`{ "lead": {"same":null,"version":1.0,"x.y":[1,"b",{}]}}`)
		}, `request.body.lead.version: 1 → 1.0; request.body.lead.x\.y.1: "a" → "b"; request.body.lead.x\.y.2: – → {}`},
		{func(a, b *Delivery) { a.Request.Body, b.Request.Body = []byte(`{"a":1,"a":2}`), []byte(`{"a":1}`) }, `request.body: {"a":1,"a":2} → –; request.body.a: – → 1`},
		{func(a, b *Delivery) { a.Request.Body, b.Request.Body = []byte(deep), []byte("1 2") }, "request.body: " + deep + " → 1 2"},
		{func(a, b *Delivery) { a.Request.Body, b.Request.Body = nil, []byte("[]") }, "request.body:  → []"},
	} {
		before, after := sample(), sample()
		for _, d := range []*Delivery{before, after} {
			d.Status = 204
			d.Response = &exchange.Response{Status: 204, Headers: exchange.Headers{{Name: "X-Trace", Value: "1"}}, Body: []byte("ok")}
		}
		tt.change(before, after)
		var got []string
		for _, d := range Diff(before, after) {
			got = append(got, fmt.Sprintf("%s: %s → %s", d.Field, orDash(d.Before), orDash(d.After)))
		}
		if text := strings.Join(got, "; "); text != tt.want {
			t.Errorf("got  %s\nwant %s", text, tt.want)
		}
	}
}

func orDash(value *string) string {
	if value == nil {
		return "–"
	}
	return *value
}

func FuzzDiff(f *testing.F) {
	f.Add(`{"a":[1,{"b":null}]}`, `{"a":[1,{"b":2}]}`)
	f.Add(`{"a":1,"a":2}`, `{"a.b":1,"a":{"b":1}}`)
	f.Fuzz(func(t *testing.T, a, b string) {
		before, after := sample(), sample()
		before.Request.Body, after.Request.Body = []byte(a), []byte(b)
		if same := Diff(before, before); len(same) > 0 {
			t.Errorf("a delivery differs from itself: %v", same)
		}
		there, back := Diff(before, after), Diff(after, before)
		if len(there) != len(back) {
			t.Errorf("%d differences there, %d back", len(there), len(back))
		}
	})
}
