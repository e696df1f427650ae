package history

import (
	"context"
	"fmt"
	"iter"
)

// Imported says what Import has added.
type Imported struct {
	Deliveries  int64
	First, Last int64 // the lowest and the highest of their numbers; 0 without any
}

// maxImport bounds a batch in bytes.
const maxImport = 4 << 20

// Import adds whole deliveries with their outcomes, in the order given. In a
// history that has never held one they keep their numbers, as far as these grow;
// elsewhere they get new ones, and ResendOf follows, or becomes 0 where that
// delivery was not imported along. Source becomes SourceImport.
//
// It commits in batches and stops at the first error, its own or one that came
// with a delivery. Imported counts what is there by then.
func (s *Store) Import(ctx context.Context, deliveries iter.Seq2[Delivery, error]) (Imported, error) {
	empty, err := s.isUnused(ctx)
	if err != nil {
		return Imported{}, err
	}
	im := importer{store: s, keep: empty}
	for d, err := range deliveries {
		if err == nil {
			err = im.add(ctx, d)
		}
		if err != nil {
			return im.done, err
		}
	}
	return im.done, im.flush(ctx)
}

// isUnused tells whether no number was ever given.
func (s *Store) isUnused(ctx context.Context) (bool, error) {
	db, err := s.db(ctx)
	if db == nil || err != nil {
		return true, err
	}
	var last int64
	err = db.QueryRowContext(ctx, "SELECT last FROM numbering").Scan(&last)
	return last == 0, s.explain("reading", err)
}

// maxNumber is the highest number that an import may set: beyond it, programs that
// read JSON numbers as doubles mix deliveries up.
const maxNumber = 1 << 53

// importer gathers deliveries whose old numbers follow each other.
type importer struct {
	store      *Store
	keep       bool
	done       Imported
	renumbered []idRange

	batch []Delivery
	bytes int
}

// idRange is a row of deliveries under their old and new numbers.
type idRange struct{ old, now, n int64 }

func (im *importer) add(ctx context.Context, d Delivery) error {
	if d.Time.IsZero() {
		return fmt.Errorf("importing delivery %d: it has no time", d.ID)
	}
	if n := len(im.batch); n > 0 {
		old := im.batch[0].ID
		next := old + int64(n)
		if old == 0 {
			next = 0 // without numbers, since nothing was recorded
		}
		if n >= maxBatch || im.bytes >= maxImport || d.ID != next || d.ResendOf >= old && old > 0 {
			if err := im.flush(ctx); err != nil {
				return err
			}
		}
	}
	d.Source = SourceImport
	if d.ResendOf > 0 {
		d.ResendOf = im.newNumber(d.ResendOf)
	}
	im.batch = append(im.batch, d)
	im.bytes += len(d.RawRequest) + len(d.Request.Body) + len(d.RawResponse)
	return nil
}

// newNumber gives the new number of a delivery that has come before.
func (im *importer) newNumber(old int64) int64 {
	for i := len(im.renumbered) - 1; i >= 0; i-- {
		if m := im.renumbered[i]; m.old <= old && old < m.old+m.n {
			return m.now + old - m.old
		}
	}
	if im.keep {
		return old
	}
	return 0
}

// flush commits the batch, requests and outcomes together.
func (im *importer) flush(ctx context.Context) error {
	if len(im.batch) == 0 {
		return ctx.Err()
	}
	j := &job{done: make(chan error, 1), outcomes: make([]*outcome, len(im.batch))}
	for i := range im.batch {
		d := &im.batch[i]
		j.intents = append(j.intents, newIntent(d))
		if d.State == Done {
			j.outcomes[i] = newOutcome(d)
		}
	}
	old, n := im.batch[0].ID, int64(len(im.batch))
	if im.keep && old <= maxNumber {
		j.at = old
	}
	if err := im.store.submit(ctx, j); err != nil {
		return err
	}
	im.addRange(idRange{old, j.first, n})
	im.batch, im.bytes = im.batch[:0], 0
	return nil
}

// addRange keeps the list short: rows that go on where the last one ended become part
// of it.
func (im *importer) addRange(m idRange) {
	if im.done.Deliveries == 0 {
		im.done.First = m.now
	}
	im.done.Deliveries += m.n
	im.done.Last = m.now + m.n - 1
	if m.old == 0 {
		return
	}
	if n := len(im.renumbered); n > 0 {
		last := &im.renumbered[n-1]
		if last.old+last.n == m.old && last.now+last.n == m.now {
			last.n += m.n
			return
		}
	}
	im.renumbered = append(im.renumbered, m)
}
