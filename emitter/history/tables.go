package history

import (
	"cmp"
	"errors"
	"slices"

	"github.com/google/uuid"
)

// maxKnown is the limit for the known numbers of leads, of settings and of minutes.
const maxKnown = 4096

// tables writes rows. It belongs to the writer's goroutine.
type tables struct {
	conn *conn

	begin, commit, rollback, dataVersion, number *stmt
	origin, minute, raiseNumber, dropOutcome     *stmt
	dropDelivery, dropRequest, dropOrigin        *stmt
	addLead, findLead, addSetting, findSetting   *stmt
	delivery, request                            *inserter[*intent]
	outcome                                      *inserter[*outcome]

	intents  []*intent // of this transaction
	outcomes []*outcome

	// Numbers of rows that are known to exist. They are dropped when another connection
	// has changed the file (data_version) or a transaction fails.
	leads    map[string]int64
	settings map[setting]int64
	minutes  map[int64]bool
	seen     int64
}

func newTables(c *conn) *tables {
	return &tables{
		conn:        c,
		begin:       c.stmt("BEGIN IMMEDIATE"),
		commit:      c.stmt("COMMIT"),
		rollback:    c.stmt("ROLLBACK"),
		dataVersion: c.stmt("PRAGMA data_version"),
		number:      c.stmt("UPDATE numbering SET last = last + ? RETURNING last"),
		raiseNumber: c.stmt("UPDATE numbering SET last = max(last, ?)"),
		delivery:    newInserter(c, "INSERT OR ROLLBACK INTO deliveries (id, time, lead, setting, event, version, attempt, seed)", bindDelivery),
		request:     newInserter(c, "INSERT OR ROLLBACK INTO requests (id, raw)", bindRequest),
		outcome:     newInserter(c, "INSERT OR IGNORE INTO outcomes (id, status, duration, truncated, error, reason, response)", bindOutcome),
		origin:      c.stmt("INSERT INTO origins (id, scenario, step, resend_of) VALUES (?, ?, ?, ?)"),
		minute:      c.stmt("INSERT OR IGNORE INTO minutes (minute, first) VALUES (?, ?)"),
		dropOutcome: c.stmt("DELETE FROM outcomes WHERE id = ?"),
		// A delivery with an outcome has been sent.
		dropDelivery: c.stmt("DELETE FROM deliveries WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM outcomes WHERE id = ?1)"),
		dropRequest:  c.stmt("DELETE FROM requests WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE id = ?1)"),
		dropOrigin:   c.stmt("DELETE FROM origins WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE id = ?1)"),
		addLead:      c.stmt("INSERT OR IGNORE INTO leads (key) VALUES (?)"),
		findLead:     c.stmt("SELECT id FROM leads WHERE id >> 10 = (SELECT max(id) >> 10 FROM leads) AND key = ?"),
		addSetting: c.stmt("INSERT INTO settings (webhook, url, sign_url, scheme, edition, bot, source, tampered, proxy)" +
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
		findSetting: c.stmt("SELECT id FROM settings WHERE webhook = ? AND url = ? AND sign_url = ?" +
			" AND scheme = ? AND edition = ? AND bot = ? AND source = ? AND tampered = ? AND proxy = ?"),
	}
}

// prepare prepares the statements that every delivery needs, while its sender is still creating it. It ignores errors:
// write returns them too.
func (t *tables) prepare() {
	for _, s := range []*stmt{
		t.begin, t.dataVersion, t.number, t.findLead, t.addLead, t.findSetting, t.minute, t.delivery.one, t.request.one, t.commit, t.outcome.one,
	} {
		if s.prepare() != nil {
			return
		}
	}
}

// write writes the rows of these jobs in one transaction.
func (t *tables) write(jobs []*job) error {
	if err := t.begin.exec(); err != nil {
		// Another process has held the lock for lockWait. The jobs in the queue have
		// waited as long, so they fail at once.
		_ = t.conn.BusyTimeout(0)
		return err
	}
	_ = t.conn.BusyTimeout(lockWait)
	err := t.writeRows(jobs)
	clear(t.intents)
	clear(t.outcomes)
	if err == nil {
		err = t.commit.exec()
	}
	if err != nil {
		t.forget()
		_ = t.rollback.exec() // fails if SQLite has already rolled back
	}
	return err
}

func (t *tables) writeRows(jobs []*job) error {
	if err := t.invalidate(); err != nil {
		return err
	}
	planned, at := 0, int64(0)
	for _, j := range jobs {
		planned += len(j.intents)
		at = max(at, j.at)
	}
	if at > 0 {
		if err := t.raiseNumber.exec(at - 1); err != nil {
			return err
		}
	}
	last := int64(0)
	if planned > 0 {
		var err error
		if last, err = t.number.number(int64(planned)); err != nil {
			return err
		}
	}
	t.intents, t.outcomes = t.intents[:0], t.outcomes[:0]
	next := last - int64(planned) + 1
	for _, j := range jobs {
		j.first = next
		for i := range j.intents {
			in := &j.intents[i]
			in.id = next
			t.intents = append(t.intents, in)
			if j.outcomes != nil && j.outcomes[i] != nil {
				j.outcomes[i].id = next
				t.outcomes = append(t.outcomes, j.outcomes[i])
			}
			next++
		}
		if j.outcome != nil {
			t.outcomes = append(t.outcomes, j.outcome)
		}
	}
	if err := t.writeIntents(); err != nil {
		return err
	}
	if err := t.writeOutcomes(); err != nil {
		return err
	}
	return t.withdraw(jobs)
}

func (t *tables) withdraw(jobs []*job) error {
	for _, j := range jobs {
		for _, id := range j.withdrawn {
			if err := errors.Join(t.dropDelivery.exec(id), t.dropRequest.exec(id), t.dropOrigin.exec(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tables) writeIntents() (err error) {
	for _, in := range t.intents {
		if in.leadID = 0; in.lead != "" {
			if in.leadID, err = t.leadNumber(in.lead); err != nil {
				return err
			}
		}
		if in.settingID, err = t.settingNumber(in.setting); err != nil {
			return err
		}
		if err = t.noteMinute(in.id, in.time.UnixMicro()/microsPerMinute); err != nil {
			return err
		}
		if from := in.origin; from != (origin{}) {
			if err = t.origin.exec(in.id, orNull(from.scenario), orNull(from.step), from.resendOf); err != nil {
				return err
			}
		}
	}
	// A failed insert has ended the transaction: no statement may follow.
	if err = t.delivery.insert(t.intents, nil); err != nil {
		return err
	}
	return t.request.insert(t.intents, nil)
}

func bindDelivery(s *stmt, at int, in *intent) {
	s.bindNumber(at, in.id)
	s.bindNumber(at+1, in.time.UnixMicro())
	if in.leadID == 0 {
		s.bindNull(at + 2)
	} else {
		s.bindNumber(at+2, in.leadID)
	}
	s.bindNumber(at+3, in.settingID)
	s.bindText(at+4, in.event)
	s.bindNumber(at+5, int64(in.version))
	s.bindNumber(at+6, int64(in.attempt))
	s.bindNumber(at+7, int64(in.seed))
}

func bindRequest(s *stmt, at int, in *intent) {
	s.bindNumber(at, in.id)
	s.bindBlob(at+1, in.request)
}

// writeOutcomes writes the outcomes; a second outcome of a delivery replaces the
// first. INSERT OR REPLACE would make SQLite copy a page for each row. Rows in the
// order of their numbers split fewer pages.
func (t *tables) writeOutcomes() error {
	slices.SortStableFunc(t.outcomes, func(a, b *outcome) int { return cmp.Compare(a.id, b.id) })
	return t.outcome.insert(t.outcomes, func(some []*outcome) error {
		if t.conn.Changes() == int64(len(some)) {
			return nil
		}
		for i, o := range some {
			if err := t.dropOutcome.exec(o.id); err != nil {
				return err
			}
			if err := t.outcome.insert(some[i:i+1], nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func bindOutcome(s *stmt, at int, o *outcome) {
	truncated := int64(0)
	if o.truncated {
		truncated = 1
	}
	s.bindNumber(at, o.id)
	s.bindNumber(at+1, int64(o.status))
	s.bindNumber(at+2, o.duration.Microseconds())
	s.bindNumber(at+3, truncated)
	bindOrNull(s, at+4, o.error)
	bindOrNull(s, at+5, o.reason)
	if len(o.response) == 0 {
		s.bindNull(at + 6)
	} else {
		s.bindBlob(at+6, o.response)
	}
}

const microsPerMinute = 60_000_000

// noteMinute stores the first number of a minute. Numbers increase, so the first one
// is the lowest.
func (t *tables) noteMinute(id, minute int64) error {
	if t.minutes[minute] {
		return nil
	}
	err := t.minute.exec(minute, id)
	if err == nil {
		t.minutes[minute] = true
	}
	return err
}

func bindOrNull(s *stmt, i int, text string) {
	if text == "" {
		s.bindNull(i)
	} else {
		s.bindText(i, text)
	}
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// invalidate drops the known numbers if another connection has changed the file, since
// it may have removed rows, and if there are too many.
func (t *tables) invalidate() error {
	version, err := t.dataVersion.number()
	if err != nil {
		return err
	}
	if version != t.seen || len(t.leads) > maxKnown || len(t.settings) > maxKnown || len(t.minutes) > maxKnown {
		t.forget()
		t.seen = version
	}
	return nil
}

func (t *tables) forget() {
	t.leads, t.settings, t.minutes = map[string]int64{}, map[setting]int64{}, map[int64]bool{}
}

func (t *tables) leadNumber(lead string) (int64, error) {
	if id, ok := t.leads[lead]; ok {
		return id, nil
	}
	key := leadKey(lead)
	// An unknown lead is nearly always a new one.
	id, err := t.addLead.insert(key)
	if err == nil && t.conn.Changes() == 0 {
		id, err = t.findLead.number(key)
	}
	if err == nil {
		t.leads[lead] = id
	}
	return id, err
}

func (t *tables) settingNumber(s setting) (int64, error) {
	if id, ok := t.settings[s]; ok {
		return id, nil
	}
	values := []any{s.webhook, s.url, s.signURL, s.scheme, s.edition, s.bot, s.source, s.tampered, s.proxy}
	id, err := t.findSetting.number(values...)
	if errors.Is(err, errNoRow) {
		id, err = t.addSetting.insert(values...)
	}
	if err == nil {
		t.settings[s] = id
	}
	return id, err
}

// leadKey returns the stored form of a lead's id: 16 bytes for a UUID in the usual
// spelling, otherwise the text.
func leadKey(lead string) any {
	if id, err := uuid.Parse(lead); err == nil && id.String() == lead {
		return id[:]
	}
	return lead
}

func leadOfKey(key any) string {
	switch key := key.(type) {
	case []byte:
		if id, err := uuid.FromBytes(key); err == nil {
			return id.String()
		}
	case string:
		return key
	}
	return ""
}
