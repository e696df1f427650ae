package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"artihook/emitter/exchange"
)

// listed returns a small history with deliveries for every filter.
func listed(t testing.TB) *Store {
	t.Helper()
	store := openStore(t, newPath(t))
	record(t, store, func(d *Delivery) { d.Event, d.Version = "lead:created", 1 })
	record(t, store, func(d *Delivery) { d.Lead, d.Webhook, d.Time = leadB, "mail", noon.Add(time.Hour) })
	record(t, store, func(d *Delivery) { setStatus(d, 500) })
	record(t, store, func(d *Delivery) { setStatus(d, 503); d.Time = noon.Add(2 * time.Hour) })
	record(t, store, func(d *Delivery) { d.Error, d.Lead = "refused", leadB })
	record(t, store, func(d *Delivery) {
		d.Status = 200
		d.Response = &exchange.Response{Status: 200, Body: []byte("thank you")}
	})
	record(t, store, func(d *Delivery) {
		d.Status, d.Event, d.Lead = 200, "", ""
		d.RawResponse = []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nthank\r\n4\r\n you\r\n0\r\n\r\n")
	})
	record(t, store, func(d *Delivery) { setStatus(d, 404); d.Request.Body = []byte("thank you, caf\xe9 100%") })
	open := sample()
	open.ResendOf = 3
	if err := store.Plan(context.Background(), []*Delivery{open}); err != nil {
		t.Fatal(err)
	}
	return store
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	store := listed(t)
	cases := map[string]struct {
		filter Filter
		want   string
	}{
		"all":             {Filter{}, "9 8 7 6 5 4 3 2 1"},
		"limit":           {Filter{Limit: 2}, "9 8"},
		"before":          {Filter{Before: 4}, "3 2 1"},
		"before, limit":   {Filter{Before: 4, Limit: 1}, "3"},
		"before all":      {Filter{Before: 1}, ""},
		"after":           {Filter{After: 7}, "9 8"},
		"after, failed":   {Filter{After: 3, Status: "5xx"}, "4"},
		"after, oldest":   {Filter{After: 6, Oldest: true}, "7 8 9"},
		"between":         {Filter{After: 3, Before: 6}, "5 4"},
		"lead":            {Filter{Lead: leadB}, "5 2"},
		"no such lead":    {Filter{Lead: "x"}, ""},
		"event":           {Filter{Event: "lead:created"}, "1"},
		"webhook":         {Filter{Webhook: "mail"}, "2"},
		"no such webhook": {Filter{Webhook: "%"}, ""},
		"since":           {Filter{Since: noon.Add(time.Hour)}, "4 2"},
		"since a µs more": {Filter{Since: noon.Add(time.Hour + time.Microsecond)}, "4"},
		"until":           {Filter{Until: noon.Add(time.Hour)}, "9 8 7 6 5 3 1"},
		"since, until":    {Filter{Since: noon.Add(time.Hour), Until: noon.Add(time.Hour + time.Microsecond)}, "2"},
		"resend of":       {Filter{ResendOf: 3}, "9"},
		"resend of, none": {Filter{ResendOf: 9}, ""},
		"oldest":          {Filter{Oldest: true}, "1 2 3 4 5 6 7 8 9"},
		"oldest, before":  {Filter{Oldest: true, Before: 4}, "1 2 3"},
		"oldest, limit":   {Filter{Oldest: true, Limit: 2}, "8 9"},
		"oldest, 5xx":     {Filter{Oldest: true, Status: "5xx"}, "3 4"},
		"oldest, 2xx, 2":  {Filter{Oldest: true, Status: "2xx", Limit: 2}, "6 7"},
		"oldest, grep":    {Filter{Oldest: true, Grep: "thank you", Limit: 2}, "7 8"},
		"oldest, none":    {Filter{Oldest: true, Status: "302"}, ""},
		"code":            {Filter{Status: "500"}, "3"},
		"class":           {Filter{Status: "5xx"}, "4 3"},
		"class, capital":  {Filter{Status: "4XX"}, "8"},
		"good class":      {Filter{Status: "2xx"}, "7 6 2 1"},
		"good code":       {Filter{Status: "204"}, "2 1"},
		"no such code":    {Filter{Status: "302"}, ""},
		"error":           {Filter{Status: "refused"}, "5"},
		"no such error":   {Filter{Status: "timeout"}, ""},
		"unknown":         {Filter{Status: "unknown"}, "9"},
		"class, lead":     {Filter{Status: "2xx", Lead: leadB}, "2"},
		"class, since":    {Filter{Status: "5xx", Since: noon.Add(time.Hour)}, "4"},
		"class, before":   {Filter{Status: "5xx", Before: 4, Limit: 1}, "3"},
		"grep":            {Filter{Grep: "thank you"}, "8 7 6"},
		"grep, limit":     {Filter{Grep: "thank you", Limit: 2}, "8 7"},
		"grep, status":    {Filter{Grep: "thank you", Status: "4xx"}, "8"},
		"grep, before":    {Filter{Grep: "thank you", Before: 7}, "6"},
		"grep, request":   {Filter{Grep: "Zoë <b>", Limit: 1}, "9"},
		"grep, percent":   {Filter{Grep: "100%"}, "8"},
		"grep, not utf-8": {Filter{Grep: "caf\xe9"}, "8"},
		"grep, header":    {Filter{Grep: "artibot-api"}, ""},
		"grep, head":      {Filter{Grep: "x-Trace"}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, whole := range []bool{false, true} {
				c.filter.Whole = whole
				if got := listIDs(t, store, c.filter); got != c.want {
					t.Errorf("whole %v: deliveries %q, want %q", whole, got, c.want)
				}
				if n, err := store.Count(t.Context(), c.filter); err != nil || int(n) != len(strings.Fields(c.want)) {
					t.Errorf("whole %v: count %d, %v, want %d", whole, n, err, len(strings.Fields(c.want)))
				}
			}
		})
	}
}

func TestListReadsBodiesOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	store := listed(t)
	for _, f := range []Filter{{}, {Grep: "o"}, {Whole: true}, {Whole: true, Grep: "o"}} {
		for d, err := range store.List(context.Background(), f) {
			if err != nil {
				t.Fatal(err)
			}
			request, response := len(d.RawRequest) > 0 && d.Request.Method == "POST", d.Response != nil
			if request != f.Whole || response && !f.Whole {
				t.Errorf("filter %+v: delivery %d has request %v, response %v", f, d.ID, request, response)
			}
		}
	}
}

// TestListInChunks has more deliveries than one query returns, records during the list,
// and stops early.
func TestListInChunks(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store := openStore(t, newPath(t))
	const total = 3*lightChunk + 10
	batch := sampleBatch(total)
	if err := store.Plan(ctx, batch); err != nil {
		t.Fatal(err)
	}
	for i, d := range batch {
		setStatus(d, 200+i%2*300)
		if err := store.Finish(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []Filter{{}, {Whole: true}, {Status: "5xx"}, {Lead: leadA}, {Grep: "Zoë"}, {Limit: total - 5}, {Limit: lightChunk}, {Status: "200", Limit: lightChunk + 1}} {
		next, step := int64(total), int64(1)
		if f.Status == "5xx" {
			step = 2
		} else if f.Status != "" {
			next, step = total-1, 2
		}
		n := 0
		for d, err := range store.List(ctx, f) {
			if err != nil {
				t.Fatal(err)
			}
			if d.ID != next {
				t.Fatalf("%+v: delivery %d, want %d", f, d.ID, next)
			}
			if n++; n%lightChunk == 1 {
				record(t, store, nil)
			}
			next -= step
		}
		for range (n + lightChunk - 1) / lightChunk {
			dropNewest(t, store)
		}
		want := total / int(step)
		if f.Limit > 0 {
			want = f.Limit
		}
		if n != want {
			t.Errorf("%+v: %d deliveries, want %d", f, n, want)
		}
	}
	for range store.List(ctx, Filter{}) {
		break
	}
}

// TestListHoldsFewLargeDeliveries has responses of a megabyte. A chunk must not have
// dozens of them.
func TestListHoldsFewLargeDeliveries(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store := openStore(t, newPath(t))
	large := bytes.Repeat([]byte("x"), exchange.MaxBody)
	const total = 12
	for range total {
		record(t, store, func(d *Delivery) {
			d.RawResponse = append([]byte("HTTP/1.1 200 OK\r\n\r\n"), large...)
		})
	}
	chunk, more, err := store.query(ctx, selection{}, true, "d.id LIMIT ?", wholeChunk)
	if err != nil || !more || len(chunk) > chunkBytes/exchange.MaxBody {
		t.Errorf("%d deliveries at once, more: %v (%v)", len(chunk), more, err)
	}
	for _, f := range []Filter{{Whole: true}, {Whole: true, Oldest: true}, {Grep: "xx"}} {
		if n := len(strings.Fields(listIDs(t, store, f))); n != total {
			t.Errorf("%+v: %d deliveries, want %d", f, n, total)
		}
	}
}

// TestListFromTheOldest records during the list. New deliveries are not part of the list,
// so that resending failed deliveries ends.
func TestListFromTheOldest(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	const total = 2*wholeChunk + 5
	if err := store.Plan(context.Background(), sampleBatch(total)); err != nil {
		t.Fatal(err)
	}
	next := int64(1)
	for d, err := range store.List(context.Background(), Filter{Oldest: true, Whole: true, Status: "unknown"}) {
		if err != nil {
			t.Fatal(err)
		}
		if d.ID != next {
			t.Fatalf("delivery %d, want %d", d.ID, next)
		}
		next++
		if err := store.Plan(context.Background(), sampleBatch(1)); err != nil {
			t.Fatal(err)
		}
	}
	if next != total+1 {
		t.Errorf("%d deliveries, want %d", next-1, total)
	}
}

func dropNewest(t *testing.T, store *Store) {
	t.Helper()
	last, err := store.Last(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"deliveries", "requests", "outcomes"} {
		rawExec(t, store.Path(), fmt.Sprintf("DELETE FROM %s WHERE id = %d", table, last.ID))
	}
}

// TestListEndsWithItsContext tries several times, because the list may end before the context is checked.
func TestListEndsWithItsContext(t *testing.T) {
	t.Parallel()
	store := listed(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 1000 {
		var errs []error
		for _, err := range store.List(ctx, Filter{}) {
			errs = append(errs, err)
		}
		if len(errs) != 1 || !errors.Is(errs[0], context.Canceled) {
			t.Fatalf("turns %v, want one with context.Canceled", errs)
		}
	}
}

func TestInvalidFilters(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	wrong := []Filter{{Limit: -1}, {Before: -1}}
	for _, status := range strings.Split("5x,6xx,0xx,99,1000,099,Refused,tls-expired,2xx 4xx,+20", ",") {
		wrong = append(wrong, Filter{Status: status})
	}
	for _, f := range wrong {
		err := f.Validate()
		if err == nil || !strings.Contains(err.Error(), "want ") {
			t.Errorf("%+v: error %v", f, err)
		}
		if f.Status != "" && !strings.Contains(err.Error(), fmt.Sprintf("status %q: want a code like 204", f.Status)) {
			t.Errorf("%+v: error %v", f, err)
		}
		var listErr error
		for _, e := range store.List(context.Background(), f) {
			listErr = e
		}
		if listErr == nil || listErr.Error() != err.Error() {
			t.Errorf("List returned %v, Validate %v", listErr, err)
		}
	}
	for _, status := range []string{"", "204", "999", "1xx", "5Xx", "refused", "unknown"} {
		if err := (Filter{Status: status}).Validate(); err != nil {
			t.Errorf("status %q: %v", status, err)
		}
	}
}

// TestListUsesItsIndexes checks the query plans of SQLite. With a million rows, a sort or
// a scan is slow.
func TestListUsesItsIndexes(t *testing.T) {
	t.Parallel()
	store := listed(t)
	cases := map[string]struct {
		filter Filter
		want   []string
	}{
		"all":    {Filter{}, []string{"SCAN d"}},
		"since":  {Filter{Since: noon, Status: "5xx"}, []string{"SEARCH o USING INDEX outcomes_by_failure"}},
		"newest": {Filter{Since: noon}, []string{"SEARCH d USING INTEGER PRIMARY KEY (rowid>?)", "SEARCH minutes USING INTEGER PRIMARY KEY (rowid>?)"}},
		"recent": {Filter{Since: noon, Status: "5xx"}, []string{"SEARCH o USING INDEX outcomes_by_failure (<expr>=? AND rowid>?)"}},
		"lead":   {Filter{Lead: leadA, Status: "5xx"}, []string{"SEARCH d USING INDEX deliveries_by_lead"}},
		"before": {Filter{Before: 5}, []string{"SEARCH d USING INTEGER PRIMARY KEY (rowid<?)"}},
		"error":  {Filter{Status: "refused"}, []string{"SEARCH o USING INDEX outcomes_by_error"}},
		"good":   {Filter{Status: "2xx"}, []string{"SCAN o"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			sel, err := store.selection(t.Context(), c.filter)
			if err != nil {
				t.Fatal(err)
			}
			if c.filter.Before > 0 {
				sel.and("d.id < ?", c.filter.Before)
			}
			plan := explainPlan(t, store, sel.query(false, sel.id()+" DESC LIMIT ?"), append(sel.args, 20))
			for _, want := range c.want {
				if !slices.ContainsFunc(plan, func(step string) bool { return strings.HasPrefix(step, want) }) {
					t.Errorf("no %q in %q", want, plan)
				}
			}
			if slices.ContainsFunc(plan, func(step string) bool { return strings.Contains(step, "TEMP B-TREE") }) {
				t.Errorf("it sorts: %q", plan)
			}
		})
	}
}

func explainPlan(t *testing.T, store *Store, query string, args []any) (plan []string) {
	t.Helper()
	db, err := store.db(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query("EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, detail)
	}
	return plan
}

func FuzzFilter(f *testing.F) {
	f.Add("5xx", leadA, "thank", int64(5))
	f.Add("unknown", "'; DROP TABLE deliveries", "\xff%_", int64(0))
	store := listed(f)
	f.Fuzz(func(t *testing.T, status, lead, grep string, before int64) {
		filter := Filter{Status: status, Lead: lead, Grep: grep, Before: before}
		valid := filter.Validate() == nil
		for d, err := range store.List(context.Background(), filter) {
			if (err == nil) != valid {
				t.Fatalf("%+v: %v", filter, err)
			}
			if err == nil && (before > 0 && d.ID >= before || lead != "" && d.Lead != lead) {
				t.Fatalf("%+v selects %+v", filter, d)
			}
		}
	})
}
