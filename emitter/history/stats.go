package history

import (
	"cmp"
	"context"
	"database/sql"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Stats is a summary of deliveries.
type Stats struct {
	Deliveries, Accepted int64     // accepted: with a complete 2xx response
	First, Last          time.Time // creation of the earliest and the latest; zero without deliveries

	Events   []Count // by event; "" is a body that is not an event of ArtiBot
	Webhooks []Count // by the webhook's name, or by URL if it has none
	Statuses []Count // by status, or by the short name of the failure

	Latency                     Latency // of deliveries with a response
	RequestBytes, ResponseBytes int64   // of the stored heads and bodies
	FileBytes                   int64   // size of the history on the disk
}

// Count is one row of Stats, the most frequent first.
type Count struct {
	Name                 string
	Deliveries, Accepted int64
}

// Latency is the distribution of response times, with a precision of three digits. It
// is zero without responses.
type Latency struct {
	Min, Mean, P50, P90, P95, P99, Max time.Duration
}

// Stats summarizes the deliveries that the filter selects, in one pass. Whole and
// Oldest are ignored.
func (s *Store) Stats(ctx context.Context, f Filter) (Stats, error) {
	return s.sumUp(ctx, f, func(*statsRow) {})
}

// sumUp returns the summary, and calls also for each delivery.
func (s *Store) sumUp(ctx context.Context, f Filter, also func(*statsRow)) (Stats, error) {
	t := newTally()
	each := s.statsRows
	if f.Grep != "" || f.Limit > 0 || f.Before > 0 {
		each = s.listedStatsRows
	}
	err := each(ctx, f, func(m *statsRow) { t.add(m); also(m) })
	if err != nil {
		return Stats{}, err
	}
	stats := t.stats()
	stats.FileBytes = s.fileSize()
	return stats, nil
}

// statsRow holds the fields of a delivery that Stats needs.
type statsRow struct {
	micro, duration      int64
	event, webhook, name []byte
	responded, ok        bool
	request, response    int64
}

// statsRows calls add for each delivery. It reads only the lengths of request and
// response, which SQLite knows without reading them.
func (s *Store) statsRows(ctx context.Context, f Filter, add func(*statsRow)) error {
	sel, err := s.selection(ctx, f)
	if err != nil {
		return err
	}
	db, err := s.db(ctx)
	if db == nil || err != nil {
		return err
	}
	const columns = "SELECT d.time, d.event, iif(s.webhook = '', s.url, s.webhook), o.status, o.error, " +
		"o.duration, length(r.raw), length(o.response)"
	rows, err := db.QueryContext(ctx, columns+sel.from(true), sel.args...)
	if err != nil {
		return s.explain("reading", err)
	}
	defer rows.Close()
	for rows.Next() {
		var m statsRow
		var event, webhook, name sql.RawBytes
		var status, duration, request, response sql.NullInt64
		if err := rows.Scan(&m.micro, &event, &webhook, &status, &name, &duration, &request, &response); err != nil {
			return s.explain("reading", err)
		}
		m.event, m.webhook, m.duration, m.request, m.response = event, webhook, duration.Int64, request.Int64, response.Int64
		m.setOutcome(status.Valid, status.Int64, name)
		add(&m)
	}
	return s.explain("reading", rows.Err())
}

// setOutcome sets the fields that depend on the outcome; done reports whether there is one.
func (m *statsRow) setOutcome(done bool, status int64, name []byte) {
	switch {
	case !done:
		m.name = []byte(ErrorUnknown)
		return
	case len(name) > 0:
		m.name = []byte(currentError(string(name)))
	default:
		m.name = strconv.AppendInt(nil, status, 10)
	}
	m.responded = status > 0
	m.ok = len(name) == 0 && status >= 200 && status < 300
}

// listedStatsRows is statsRows by means of List, for filters that need more than a query.
func (s *Store) listedStatsRows(ctx context.Context, f Filter, add func(*statsRow)) error {
	f.Whole, f.Oldest = true, false
	for d, err := range s.List(ctx, f) {
		if err != nil {
			return err
		}
		m := statsRow{
			micro: d.Time.UnixMicro(), duration: d.Duration.Microseconds(), event: []byte(d.Event), webhook: []byte(cmp.Or(d.Webhook, d.URL)),
			request: int64(len(d.RawRequest)), response: int64(len(d.RawResponse)),
		}
		name := d.Error
		if d.State == Unknown {
			name = ""
		}
		m.setOutcome(d.State != Unknown, int64(d.Status), []byte(name))
		add(&m)
	}
	return nil
}

// maxLatency replaces a longer response time, in microseconds.
const maxLatency = int64(24 * time.Hour / time.Microsecond)

// tally summarizes rows. Its memory does not grow with their number.
type tally struct {
	sum                        Stats
	first, last                int64
	events, webhooks, statuses map[string]*Count
	latency                    *hdrhistogram.Histogram
}

func newTally() *tally {
	return &tally{
		events: map[string]*Count{}, webhooks: map[string]*Count{}, statuses: map[string]*Count{},
		latency: hdrhistogram.New(1, maxLatency, 3),
	}
}

func (t *tally) add(m *statsRow) {
	if t.sum.Deliveries == 0 {
		t.first, t.last = m.micro, m.micro
	}
	t.first, t.last = min(t.first, m.micro), max(t.last, m.micro)
	t.sum.Deliveries++
	t.sum.RequestBytes += m.request
	t.sum.ResponseBytes += m.response
	if m.ok {
		t.sum.Accepted++
	}
	count(t.events, m.event, m.ok)
	count(t.webhooks, m.webhook, m.ok)
	count(t.statuses, m.name, m.ok)
	if m.responded {
		_ = t.latency.RecordValue(max(0, min(m.duration, maxLatency))) // always within its bounds
	}
}

func count(counts map[string]*Count, name []byte, ok bool) {
	c := counts[string(name)]
	if c == nil {
		c = &Count{Name: string(name)}
		counts[c.Name] = c
	}
	c.Deliveries++
	if ok {
		c.Accepted++
	}
}

func (t *tally) stats() Stats {
	stats := t.sum
	if stats.Deliveries > 0 {
		stats.First, stats.Last = time.UnixMicro(t.first).UTC(), time.UnixMicro(t.last).UTC()
	}
	stats.Events, stats.Webhooks, stats.Statuses = sorted(t.events), sorted(t.webhooks), sorted(t.statuses)
	if t.latency.TotalCount() > 0 {
		at := func(percent float64) time.Duration {
			return time.Duration(t.latency.ValueAtPercentile(percent)) * time.Microsecond
		}
		stats.Latency = Latency{
			Min: time.Duration(t.latency.Min()) * time.Microsecond, Mean: time.Duration(t.latency.Mean()) * time.Microsecond,
			P50: at(50), P90: at(90), P95: at(95), P99: at(99), Max: time.Duration(t.latency.Max()) * time.Microsecond,
		}
	}
	return stats
}

func sorted(counts map[string]*Count) []Count {
	list := make([]Count, 0, len(counts))
	for _, c := range counts {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Deliveries, a.Deliveries), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// fileSize returns the size of the file and its write-ahead log in bytes.
func (s *Store) fileSize() int64 {
	info, err := os.Stat(s.path)
	if err != nil {
		return 0
	}
	return info.Size() + s.logSize()
}
