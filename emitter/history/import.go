package history

import (
	"context"
	"fmt"
	"iter"
)

// Imported is the result of Import.
type Imported struct {
	Deliveries  int64
	First, Last int64 // the lowest and the highest of their numbers; 0 without any
}

// maxImport is the limit for a batch, in bytes.
const maxImport = 4 << 20

// Import adds whole deliveries with their outcomes, in the order given, and sets their
// Source to SourceImport. In a history that was never used they keep their numbers if
// these increase. Otherwise they get new numbers; ResendOf is adjusted, or 0 if that
// delivery was not imported.
//
// Import commits in batches and stops at the first error, its own or one of the
// sequence. Imported counts the deliveries that were added before.
func (s *Store) Import(ctx context.Context, deliveries iter.Seq2[Delivery, error]) (Imported, error) {
	empty, err := s.isUnused(ctx)
	if err != nil {
		return Imported{}, err
	}
	im := importer{store: s, keepNumbers: empty}
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

// isUnused reports whether the history has never assigned a number.
func (s *Store) isUnused(ctx context.Context) (bool, error) {
	db, err := s.db(ctx)
	if db == nil || err != nil {
		return true, err
	}
	var last int64
	err = db.QueryRowContext(ctx, "SELECT last FROM numbering").Scan(&last)
	return last == 0, s.explain("reading", err)
}

// maxNumber is the highest number that an import may set. Above it, programs that
// read JSON numbers as doubles confuse deliveries.
const maxNumber = 1 << 53

// importer collects deliveries with consecutive old numbers into batches.
type importer struct {
	store       *Store
	keepNumbers bool
	done        Imported
	renumbered  []idRange

	batch []Delivery
	bytes int
}

// idRange is n consecutive deliveries, with the first of their old and new numbers.
type idRange struct{ old, now, n int64 }

func (im *importer) add(ctx context.Context, d Delivery) error {
	if d.Time.IsZero() {
		return fmt.Errorf("importing delivery %d: it has no time", d.ID)
	}
	if n := len(im.batch); n > 0 {
		old := im.batch[0].ID
		next := old + int64(n)
		if old == 0 {
			next = 0 // deliveries of a send that was not recorded have no numbers
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

// newNumber returns the new number of an earlier delivery, or 0 if it was not imported.
func (im *importer) newNumber(old int64) int64 {
	for i := len(im.renumbered) - 1; i >= 0; i-- {
		if m := im.renumbered[i]; m.old <= old && old < m.old+m.n {
			return m.now + old - m.old
		}
	}
	if im.keepNumbers {
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
	if im.keepNumbers && old <= maxNumber {
		j.at = old
	}
	if err := im.store.submit(ctx, j); err != nil {
		return err
	}
	im.addRange(idRange{old, j.first, n})
	im.batch, im.bytes = im.batch[:0], 0
	return nil
}

// addRange adds a range to the result and to the list. It extends the last range of
// the list if it can, to keep the list short.
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
