package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/google/go-cmp/cmp"
)

func exported(t testing.TB, store *Store) []byte {
	t.Helper()
	var b bytes.Buffer
	for d, err := range store.List(context.Background(), Filter{Whole: true, Oldest: true}) {
		if err == nil {
			err = WriteLine(&b, &d)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func all(t testing.TB, store *Store) (list []Delivery) {
	t.Helper()
	for d, err := range store.List(context.Background(), Filter{Whole: true, Oldest: true}) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, d)
	}
	return list
}

// oddBytes are bodies and heads that are hard to encode in JSON.
var oddBytes = []string{
	"", "{}", "\xff\x00\xfe", "caf\xe9", "\u2028<&>", "\r\n\r\n", "a\nb", strings.Repeat("x", 70<<10), "\ufffd", `"\u0000`,
}

var oddResponses = []string{
	"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\na: 3\r\nA: 4\r\n\r\nhi", "HTTP/1.0 500\r\n\r\n",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut", "220 mail.example ready\r\n", "HTTP/1.1 200 OK\nLine: feeds\n\nonly", "\x00\xff",
	"HTTP/1.1 200 caf\xe9\r\nX: caf\xe9\r\n\r\n\xff", "HTTP/1.1 200 OK\r\nX:no space\r\n folded\r\n\r\n",
}

var oddRequests = []string{
	"", "GET /a?b=%20 HTTP/1.1\r\nHost: h\r\nhost: other\r\n\r\n", "POST / HTTP/1.1\r\nHost: \r\nContent-Length: 2\r\nA: 1\r\nA: 2\r\na: 3\r\n\r\nhi",
	"no http at all", "POST /x HTTP/1.1\r\nhost: h\r\nX: caf\xe9\r\ncontent-length: 0\r\n\r\n",
}

// oddDelivery returns a delivery with unusual values, selected by n.
func oddDelivery(n uint64) *Delivery {
	pick := func(list []string) string {
		text := list[n%uint64(len(list))]
		n /= uint64(len(list))
		return text
	}
	d := sample()
	d.Time = noon.Add(time.Duration(n%1e15) * time.Microsecond)
	d.Seed, d.Duration = n<<20^n, time.Duration(n%1e9)*time.Microsecond
	d.Request.Body = []byte(pick(oddBytes))
	if len(d.Request.Body) == 0 {
		d.Request.Body = nil
	}
	if raw := pick(oddRequests); raw != "" {
		d.RawRequest = []byte(raw)
	}
	d.Webhook, d.Reason = pick([]string{"", "crm", "ein <Haken> & so"}), pick([]string{"", "it\nfailed"})
	d.Error = pick([]string{"", "closed"})
	d.Lead = pick([]string{"", leadA, "no uuid"})
	d.Tampered, d.Proxy = pick([]string{"", "url"}), pick([]string{"", "http://proxy.example:3128"})
	d.Scenario, d.Step = pick([]string{"", "a day"}), pick([]string{"", "first"})
	d.ResendOf = int64(len(pick([]string{"", "1"})))
	_ = d.SetResponse([]byte(pick(append(oddResponses, ""))), pick([]string{"", "x"}) == "x")
	return d
}

// TestExportAndImport: exported deliveries are imported without a change, except of the source.
func TestExportAndImport(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	same := func(ns []uint64) bool {
		from := openStore(t, newPath(t))
		for i, n := range ns {
			d := oddDelivery(n)
			if err := from.Plan(ctx, []*Delivery{d}); err != nil {
				t.Fatal(err)
			}
			if i%7 == 6 {
				continue // its outcome stays unknown
			}
			if err := from.Finish(ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		text := exported(t, from)
		to := openStore(t, newPath(t))
		done, err := to.Import(ctx, ReadLines(bytes.NewReader(text)))
		if err != nil || done.Deliveries != int64(len(ns)) {
			t.Errorf("%+v, %v", done, err)
			return false
		}
		want := all(t, from)
		for i := range want {
			want[i].Source = SourceImport
		}
		diff := cmp.Diff(want, all(t, to))
		if diff != "" {
			t.Error(diff)
		}
		again := bytes.ReplaceAll(exported(t, to), []byte(`,"source":"import"`), nil)
		return diff == "" && bytes.Equal(text, again)
	}
	if err := quick.Check(same, &quick.Config{MaxCount: 6}); err != nil {
		t.Error(err)
	}
}

func lines(texts ...string) iter.Seq2[Delivery, error] {
	return ReadLines(strings.NewReader(strings.Join(texts, "\n")))
}

// TestImportIntoAUsedHistory: imported deliveries have new numbers, and ResendOf refers
// to the same delivery.
func TestImportIntoAUsedHistory(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	from := openStore(t, newPath(t))
	for i := range 5 {
		record(t, from, func(d *Delivery) {
			d.Version = i
			if i >= 2 {
				d.ResendOf = int64(i - 1)
			}
		})
	}
	var text bytes.Buffer
	for d := range from.List(ctx, Filter{Whole: true, Oldest: true}) {
		if d.ID != 2 {
			if err := WriteLine(&text, &d); err != nil {
				t.Fatal(err)
			}
		}
	}
	to := openStore(t, newPath(t))
	for range 3 {
		record(t, to, nil)
	}
	done, err := to.Import(ctx, ReadLines(&text))
	if err != nil || done != (Imported{Deliveries: 4, First: 4, Last: 7}) {
		t.Fatalf("%+v, %v", done, err)
	}
	got := ""
	for _, d := range all(t, to)[3:] {
		got += fmt.Sprintf("%d: v%d of %d, ", d.ID, d.Version, d.ResendOf)
	}
	if want := "4: v0 of 0, 5: v2 of 4, 6: v3 of 0, 7: v4 of 5, "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestImportIntoANewHistory(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	line := `{"id":%d,"time":"2024-03-01T12:00:00Z","resend_of":%d,"status":204,"request":{"method":"POST","headers":{},"body":""}}`
	done, err := store.Import(context.Background(), lines(fmt.Sprintf(line, 7, 3), fmt.Sprintf(line, 9, 7), fmt.Sprintf(line, 5, 9),
		fmt.Sprintf(line, int64(1<<62), 7), fmt.Sprintf(line, -3, 0)))
	if err != nil || done.Deliveries != 5 {
		t.Fatalf("%+v, %v", done, err)
	}
	got := ""
	for _, d := range all(t, store) {
		got += fmt.Sprintf("%d of %d, ", d.ID, d.ResendOf)
	}
	if want := "7 of 3, 9 of 7, 10 of 9, 11 of 7, 12 of 0, "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestImportWithoutNumbers reads the output of play --no-history -o json.
func TestImportWithoutNumbers(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	line := `{"id":0,"time":"2024-03-01T12:00:00Z","status":204,"resend_of":%d,"request":{"method":"POST","headers":{},"body":""}}`
	var texts []string
	for i := range maxBatch + 10 {
		texts = append(texts, fmt.Sprintf(line, i%2*4))
	}
	done, err := store.Import(context.Background(), lines(texts...))
	if err != nil || done != (Imported{Deliveries: maxBatch + 10, First: 1, Last: maxBatch + 10}) {
		t.Fatalf("%+v, %v", done, err)
	}
}

// TestImportOutputOfCommands reads the output of play -o json.
func TestImportOutputOfCommands(t *testing.T) {
	t.Parallel()
	d := sample()
	setStatus(d, 500)
	_ = d.SetResponse(d.RawResponse, false)
	d.State = Done
	text, err := d.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	store := openStore(t, newPath(t))
	if _, err := store.Import(context.Background(), lines(string(text))); err != nil {
		t.Fatal(err)
	}
	got, err := store.Last(context.Background())
	if err != nil || got.Status != 500 || got.Request.Target != "/hook" || string(got.Request.Body) != `{"name":"Zoë <b>"}` || got.Response.Reason != "Internal Server Error" {
		t.Errorf("%+v (%v)", got, err)
	}
}

func TestImportStopsAtABadLine(t *testing.T) {
	t.Parallel()
	good := `{"id":1,"time":"2024-03-01T12:00:00Z","request":{"method":"POST","headers":{},"body":""},"status":204}`
	for bad, want := range map[string]string{
		"{":                                   "line 3: it is not valid JSON (at byte 1): want a delivery",
		"[]":                                  "line 3: want a delivery as artihook history export writes it",
		`{"foo":1}`:                           "line 3: want a delivery",
		`{"id":"x"}`:                          `line 3: "id" cannot be a string`,
		`{"log":{"version":"1.2"}}`:           "line 3: want a delivery",
		strings.Replace(good, "204", "-1", 1): "line 3: want a delivery",
	} {
		store := openStore(t, newPath(t))
		done, err := store.Import(context.Background(), lines(good, "", bad, good))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%s: %v, want %s", bad, err, want)
		}
		if done.Deliveries > 0 {
			t.Errorf("%s: %+v", bad, done)
		}
	}
}

func TestImportIntoAReadOnlyStore(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	record(t, openStore(t, path), nil)
	store, err := Open(context.Background(), path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Import(context.Background(), ReadLines(bytes.NewReader(exported(t, store)))); !errors.Is(err, errClosed) {
		t.Errorf("error %v", err)
	}
}

// FuzzReadLine: a line that can be read is the same after writing and reading it again.
func FuzzReadLine(f *testing.F) {
	for _, n := range []uint64{0, 1, 77, 123456, 1 << 40, 1<<63 + 12345} {
		d := oddDelivery(n)
		d.State = Done
		if d.RawRequest == nil {
			d.RawRequest = d.Request.AppendRaw(nil)
		}
		d.parseExchange(false)
		var b bytes.Buffer
		if err := WriteLine(&b, d); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(`{"time":"2024-03-01T12:00:00Z","status":0,"state":"unknown","request":null,"response":{"headers":{"A":["1"]},"truncated":true}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for d, err := range ReadLines(bytes.NewReader(text)) {
			if err != nil {
				return
			}
			var b bytes.Buffer
			if err := WriteLine(&b, &d); err != nil {
				continue // such as a year beyond 9999
			}
			n := 0
			for again, err := range ReadLines(&b) {
				if n++; err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(d, again); diff != "" {
					t.Fatal(diff)
				}
			}
			if n != 1 {
				t.Fatalf("%d lines", n)
			}
		}
	})
}
