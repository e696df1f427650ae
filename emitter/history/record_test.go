package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"artihook/emitter/exchange"

	"github.com/google/go-cmp/cmp"
)

func TestDeliveryIsStoredCompletely(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store := openStore(t, newPath(t))
	d := sample()
	d.Scenario, d.Step, d.ResendOf = "a day", "the third", 7
	want := *d
	if err := store.Plan(ctx, []*Delivery{d}); err != nil {
		t.Fatal(err)
	}
	if d.ID != 1 || d.State != Planned {
		t.Errorf("planned as %d, %q", d.ID, d.State)
	}
	want.ID, want.State, want.Error, want.Reason = 1, Unknown, ErrorUnknown, reasonUnknown
	want.RawRequest = want.Request.AppendRaw(nil)
	sameDelivery(t, store, want)

	d.Status, d.Error, d.Reason, d.Duration = 500, "cut", "the response ended early", 1234567*time.Nanosecond
	d.RawResponse = []byte("HTTP/1.1 500 No\r\nx-A: \xff\r\nContent-Length: 9\r\n\r\n\x00\xfe")
	d.Response = &exchange.Response{Truncated: true}
	if err := store.Finish(ctx, d); err != nil {
		t.Fatal(err)
	}
	want.State, want.Status, want.Error, want.Reason = Done, 500, d.Error, d.Reason
	want.Duration = 1234 * time.Microsecond
	want.RawResponse = d.RawResponse
	want.Response = &exchange.Response{
		Status: 500, Proto: "HTTP/1.1", Reason: "No", Truncated: true,
		Headers: []exchange.Header{{Name: "x-A", Value: "\xff"}, {Name: "Content-Length", Value: "9"}},
		Body:    []byte("\x00\xfe"),
	}
	sameDelivery(t, store, want)
}

func sameDelivery(t *testing.T, store *Store, want Delivery) {
	t.Helper()
	got, err := store.Get(context.Background(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestResponseWithoutRawBytes(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	response := &exchange.Response{
		Status: 200, Proto: "HTTP/1.1", Reason: "OK",
		Headers: []exchange.Header{{Name: "transfer-Encoding", Value: "chunked"}}, Body: []byte("hello"),
	}
	d := record(t, store, func(d *Delivery) { d.Status, d.Response = 200, response })
	got, err := store.Get(context.Background(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(response, got.Response); diff != "" {
		t.Error(diff)
	}
}

func TestRawBytesThatAreNotHTTP(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	d := record(t, store, func(d *Delivery) {
		d.RawRequest, d.RawResponse, d.Error = []byte("no request"), []byte("SSH-2.0\r\n"), "bad-response"
	})
	got, err := store.Get(context.Background(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if string(got.Request.Body) != "no request" || string(got.Response.Body) != "SSH-2.0\r\n" || got.Response.Status != 0 {
		t.Errorf("request %q, response %+v", got.Request.Body, got.Response)
	}
}

func TestLongResponseIsCut(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	raw := append([]byte("HTTP/1.1 200 OK\r\n\r\n"), bytes.Repeat([]byte("x"), 3<<20)...)
	d := record(t, store, func(d *Delivery) { d.Status, d.RawResponse = 200, raw })
	got, err := store.Get(context.Background(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Response.Truncated || len(got.Response.Body) != exchange.MaxBody || len(got.RawResponse) != maxRawResponse {
		t.Errorf("truncated %v, body %d, raw %d bytes", got.Response.Truncated, len(got.Response.Body), len(got.RawResponse))
	}
}

func TestFinishTakesACopy(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	d := sample()
	if err := store.Plan(context.Background(), []*Delivery{d}); err != nil {
		t.Fatal(err)
	}
	setStatus(d, 200)
	want := string(d.RawResponse)
	if err := store.Finish(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	clear(d.RawResponse)
	if got, err := store.Get(context.Background(), d.ID); err != nil || string(got.RawResponse) != want {
		t.Errorf("response %q, %v", got.RawResponse, err)
	}
}

func TestSecondOutcomeReplacesTheFirst(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	d := record(t, store, func(d *Delivery) { d.Error = "refused" })
	setStatus(d, 200)
	d.Error = ""
	if err := store.Finish(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	got, err := store.Get(context.Background(), d.ID)
	if err != nil || got.Status != 200 || got.Error != "" {
		t.Errorf("status %d, error %q, %v", got.Status, got.Error, err)
	}
	if ids := listIDs(t, store, Filter{}); ids != "1" {
		t.Errorf("deliveries %q, want one", ids)
	}
}

// TestManyTogether records more rows than one statement inserts, and reads each of them.
func TestManyTogether(t *testing.T) {
	t.Parallel()
	ctx, store := context.Background(), openStore(t, newPath(t))
	batch := sampleBatch(3*rowsPerStatement + 5)
	for i, d := range batch {
		d.Event = strings.Repeat("e", i%3)
		d.RawRequest = fmt.Appendf(nil, "POST /%d HTTP/1.1\r\nHost: a\r\n\r\n%s", i, strings.Repeat("x", i*37))
	}
	if err := store.Plan(ctx, batch); err != nil {
		t.Fatal(err)
	}
	outcomes := make([]*outcome, 0, 2*len(batch))
	for round := range 2 { // the second outcome replaces the first
		for i, d := range batch {
			if round == 1 && i%3 == 0 {
				continue
			}
			setStatus(d, 200+i+100*round)
			d.Error = []string{"", "cut"}[i%2]
			outcomes = append(outcomes, newOutcome(d))
		}
	}
	c, err := openConn(store.Path())
	if err != nil {
		t.Fatal(err)
	}
	tables := newTables(c)
	tables.outcomes = outcomes
	if err := errors.Join(c.inTransaction(tables.writeOutcomes), c.Close()); err != nil {
		t.Fatal(err)
	}
	for i, d := range batch {
		got, err := store.Get(ctx, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Event != d.Event || got.Version != i || got.Status != d.Status || got.Error != d.Error ||
			!bytes.Equal(got.RawRequest, d.RawRequest) || !bytes.Equal(got.RawResponse, d.RawResponse) {
			t.Errorf("delivery %d came back as %+v, want %+v", d.ID, got, d)
		}
	}
}

func TestPlanAndFinishRejectInvalidDeliveries(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store := openStore(t, newPath(t))
	if err := store.Plan(ctx, nil); err != nil {
		t.Errorf("planning nothing: %v", err)
	}
	timeless := sampleBatch(2)
	timeless[1].Time = time.Time{}
	if err := store.Plan(ctx, timeless); err == nil || !strings.Contains(err.Error(), "no time") {
		t.Errorf("no time: %v", err)
	}
	if err := store.Finish(ctx, sample()); err == nil || !strings.Contains(err.Error(), "not been planned") {
		t.Errorf("not planned: %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := store.Plan(ended, sampleBatch(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("planning after the end: %v", err)
	}
	if ids := listIDs(t, store, Filter{}); ids != "" {
		t.Errorf("deliveries %q, want none", ids)
	}
}

func TestOutcomeIsRecordedAfterCancel(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	d := sample()
	if err := store.Plan(context.Background(), []*Delivery{d}); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	d.Error = "interrupted"
	if err := store.Finish(ended, d); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Get(context.Background(), d.ID); err != nil || got.Error != "interrupted" {
		t.Errorf("error %q, %v", got.Error, err)
	}
}

func TestNumbersAreNeverUsedTwice(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := openStore(t, path)
	record(t, store, nil)
	record(t, store, nil)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	rawExec(t, path, "DELETE FROM outcomes", "DELETE FROM requests", "DELETE FROM deliveries", "DELETE FROM leads", "DELETE FROM settings")
	if d := record(t, openStore(t, path), nil); d.ID != 3 {
		t.Errorf("the next number is %d, want 3", d.ID)
	}
}

// TestRemovedRowsAreInsertedAgain removes rows that are in the cache of the store.
func TestRemovedRowsAreInsertedAgain(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := openStore(t, path)
	record(t, store, nil)
	if err := store.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	rawExec(t, path, "DELETE FROM outcomes", "DELETE FROM requests", "DELETE FROM deliveries", "DELETE FROM leads", "DELETE FROM settings")
	d := record(t, store, nil)
	got, err := store.Get(context.Background(), d.ID)
	if err != nil || got.Lead != leadA || got.Webhook != "crm" {
		t.Errorf("lead %q, webhook %q, %v", got.Lead, got.Webhook, err)
	}
}

func TestLeadIsStoredOnce(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	leads := []string{leadA, leadB, leadA, "not a uuid", strings.ToUpper(leadA), "", "not a uuid"}
	for _, lead := range leads {
		record(t, store, func(d *Delivery) { d.Lead = lead })
	}
	for i, lead := range leads {
		got, err := store.Get(context.Background(), int64(i+1))
		if err != nil || got.Lead != lead {
			t.Errorf("lead %q, %v, want %q", got.Lead, err, lead)
		}
	}
	db, err := store.db(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var stored string
	if err := db.QueryRow("SELECT group_concat(typeof(key) || length(key), ' ') FROM (SELECT key FROM leads ORDER BY id)").Scan(&stored); err != nil {
		t.Fatal(err)
	}
	if want := "blob16 blob16 text10 text36"; stored != want {
		t.Errorf("stored as %s, want %s", stored, want)
	}
}

// TestFullDisk limits the size of the file. Every later call returns the error.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store, err := Open(ctx, newPath(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := sample()
	if err := store.Plan(ctx, []*Delivery{d}); err != nil {
		t.Fatal(err)
	}
	rawExec(t, store.Path(), "PRAGMA incremental_vacuum")
	// The writer is idle: its last job is done, and its queue is empty.
	if err := store.writer.tables.conn.Exec("PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	big := sample()
	big.Request.Body = bytes.Repeat([]byte("x"), 1<<20)
	err = store.Plan(ctx, []*Delivery{big})
	if err == nil || !strings.Contains(err.Error(), "the disk is full") || big.ID != 0 {
		t.Errorf("planning: %v, number %d", err, big.ID)
	}
	setStatus(d, 200)
	d.RawResponse = append(d.RawResponse[:len(d.RawResponse):len(d.RawResponse)], bytes.Repeat([]byte("x"), largeResponse/2)...)
	if err := store.Finish(ctx, d); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"flush": store.Flush(ctx), "plan": store.Plan(ctx, sampleBatch(1)), "finish": store.Finish(ctx, d)} {
		if plain, ok := errors.AsType[*Error](err); !ok || plain.Op != "writing" {
			t.Errorf("%s: %v, want the lost outcome", name, err)
		}
	}
	if got, err := store.Get(ctx, d.ID); err != nil || got.State != Unknown {
		t.Errorf("reading goes on: %q, %v", got.State, err)
	}
	if err := store.Close(); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("closing: %v", err)
	}
}

// TestManyWriters has two stores on one file and eight goroutines in each.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := newPath(t)
	stores := []*Store{openStore(t, path), openStore(t, path)}
	var wg sync.WaitGroup
	for i := range 16 {
		store := stores[i%2]
		wg.Go(func() {
			for range 10 {
				batch := sampleBatch(1 + i)
				for n, d := range batch {
					d.Lead, d.Version = fmt.Sprintf("lead %d", i), n
				}
				if err := store.Plan(ctx, batch); err != nil {
					t.Error(err)
					return
				}
				for n, d := range batch {
					if d.ID != batch[0].ID+int64(n) {
						t.Errorf("number %d in place %d after %d", d.ID, n, batch[0].ID)
					}
					setStatus(d, 200+i)
					if err := store.Finish(ctx, d); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	for _, store := range stores {
		if err := store.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	const want = 10 * 16 * 17 / 2
	n := 0
	for d, err := range stores[0].List(ctx, Filter{Whole: true}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		if d.State != Done || d.Lead != fmt.Sprintf("lead %d", d.Status-200) || d.Response == nil || d.Request.Target != "/hook" {
			t.Fatalf("delivery %d is mixed up: %+v", d.ID, d)
		}
	}
	if n != want {
		t.Errorf("%d deliveries, want %d", n, want)
	}
	checkIntegrity(t, stores[1])
}

// TestGather measures with a fake clock how long the writer waits.
func TestGather(t *testing.T) {
	t.Parallel()
	outcomeJob := func() *job { return &job{outcome: &outcome{}} }
	planJob := func(n int) *job { return &job{intents: make([]intent, n), done: make(chan error, 1)} }
	aheadJob := planJob(3)
	aheadJob.ahead = true
	settledJob := planJob(1)
	settledJob.ended = true // the sender has its result
	cases := map[string]struct {
		first   *job
		waiting []*job
		linger  bool
		rows    int
		took    time.Duration
	}{
		"idle":                  {outcomeJob(), nil, false, 1, 0},
		"idle, with more":       {outcomeJob(), []*job{outcomeJob(), planJob(3)}, false, 5, 0},
		"full batch":            {outcomeJob(), []*job{outcomeJob()}, true, 2, maxWait},
		"full batch and a plan": {outcomeJob(), []*job{outcomeJob(), planJob(2), outcomeJob()}, true, 5, 0},
		"plan":                  {planJob(200), nil, true, 200, 0},
		"full":                  {planJob(maxBatch - 6), []*job{planJob(5), planJob(5), planJob(5)}, false, maxBatch + 4, 0},
		"plan ahead":            {aheadJob, []*job{outcomeJob()}, true, 4, maxWait},
		"hurried":               {aheadJob, []*job{outcomeJob(), {flushes: aheadJob}, outcomeJob()}, true, 5, 0},
		"hurried too late":      {outcomeJob(), []*job{{flushes: settledJob}, outcomeJob()}, true, 2, maxWait},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &writer{jobs: make(chan *job, queue)}
				for _, j := range c.waiting {
					w.jobs <- j
				}
				b := batch{}
				c.first.claimed.Store(false) // two cases use the same job
				b.add(c.first)
				start := time.Now()
				w.gather(&b, c.linger)
				if b.rows != c.rows || time.Since(start) != c.took {
					t.Errorf("%d rows after %v, want %d after %v", b.rows, time.Since(start), c.rows, c.took)
				}
			})
		})
	}
}

func TestAbandonedJobIsNotWritten(t *testing.T) {
	t.Parallel()
	b := batch{}
	j := &job{intents: make([]intent, 3), done: make(chan error, 1)}
	j.claimed.Store(true)
	b.add(j)
	if b.rows != 0 || len(b.jobs) != 0 {
		t.Errorf("%d rows, want none", b.rows)
	}
}

func FuzzRecord(f *testing.F) {
	f.Add("lead:created", leadA, "crm", "refused", []byte("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"), []byte("HTTP/1.1 200 OK\r\n\r\n"), uint64(1<<63), 3)
	f.Add("", "\x00\xff", "é", "", []byte{0}, []byte(nil), uint64(0), -1)
	store := openStore(f, newPath(f))
	f.Fuzz(func(t *testing.T, event, lead, webhook, name string, request, response []byte, seed uint64, version int) {
		want := Delivery{
			Time: noon, Event: event, Lead: lead, Webhook: webhook, Error: name, RawRequest: request,
			RawResponse: response, Seed: seed, Version: version, State: Done,
		}
		d := want
		if err := store.Plan(context.Background(), []*Delivery{&d}); err != nil {
			t.Fatal(err)
		}
		if err := store.Finish(context.Background(), &d); err != nil {
			t.Fatal(err)
		}
		got, err := store.Get(context.Background(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if request == nil {
			request = d.Request.AppendRaw(nil)
		}
		if !bytes.Equal(got.RawRequest, request) || !bytes.Equal(got.RawResponse, response) {
			t.Fatalf("bytes %q, %q came back as %q, %q", request, response, got.RawRequest, got.RawResponse)
		}
		got.RawRequest, got.RawResponse, got.ID = want.RawRequest, want.RawResponse, 0
		got.Request, got.Response = exchange.Request{}, nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestPlanAhead waits later. If ctx has ended, nothing is recorded.
func TestPlanAhead(t *testing.T) {
	t.Parallel()
	s := openStore(t, newPath(t))
	d := sample()
	p, err := s.PlanAhead(t.Context(), []*Delivery{d})
	if err != nil {
		t.Fatal(err)
	}
	other := sample()
	if err := s.Plan(t.Context(), []*Delivery{other}); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(t.Context()); err != nil || d.ID != 1 || other.ID != 2 || d.State != Planned {
		t.Errorf("numbers %d and %d, state %q, %v", d.ID, other.ID, d.State, err)
	}
	if err := (Planning{}).Wait(t.Context()); err != nil {
		t.Errorf("nothing planned: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := s.PlanAhead(ended, []*Delivery{d}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestWithdrawDoesNotRemoveOutcomes: a delivery with an outcome stays, also if the caller has an old copy of it.
func TestWithdrawDoesNotRemoveOutcomes(t *testing.T) {
	t.Parallel()
	s := openStore(t, newPath(t))
	d := sample()
	d.Scenario = "forged"
	if err := s.Plan(t.Context(), []*Delivery{d}); err != nil {
		t.Fatal(err)
	}
	before := *d // State is Planned
	setStatus(d, 204)
	if err := s.Finish(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := s.Withdraw(t.Context(), []*Delivery{&before}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Get(t.Context(), d.ID)
	if err != nil || got.Status != 204 || got.Scenario != "forged" || len(got.RawRequest) == 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	checkIntegrity(t, s)
}

// TestWithdrawLeavesNoRows: Withdraw removes every row of a delivery.
func TestWithdrawLeavesNoRows(t *testing.T) {
	t.Parallel()
	s := openStore(t, newPath(t))
	d := sample()
	d.Scenario = "forged"
	if err := s.Plan(t.Context(), []*Delivery{d}); err != nil {
		t.Fatal(err)
	}
	if err := s.Withdraw(t.Context(), []*Delivery{d}); err != nil {
		t.Fatal(err)
	}
	c, err := openConn(s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, table := range []string{"deliveries", "requests", "origins", "outcomes"} {
		if n, err := c.number("SELECT count(*) FROM " + table); n != 0 || err != nil {
			t.Errorf("%s has %d rows, %v", table, n, err)
		}
	}
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	s := openStore(t, newPath(t))
	batch := sampleBatch(3)
	if err := s.Plan(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	setStatus(batch[0], 204)
	if err := s.Finish(t.Context(), batch[0]); err != nil {
		t.Fatal(err)
	}
	if err := s.Withdraw(t.Context(), batch); err == nil {
		t.Error("a delivery that was sent was withdrawn")
	}
	if err := s.Withdraw(t.Context(), batch[1:]); err != nil {
		t.Fatal(err)
	}
	if last, err := s.Last(t.Context()); err != nil || last.ID != batch[0].ID || last.Status != 204 {
		t.Errorf("the last is %d, %v", last.ID, err)
	}
	next := sample()
	if err := s.Plan(t.Context(), []*Delivery{next}); err != nil || next.ID != 4 {
		t.Errorf("the next has number %d, %v", next.ID, err)
	}
	if err := s.Withdraw(t.Context(), nil); err != nil {
		t.Error(err)
	}
	checkIntegrity(t, s)
}
