package history

import (
	"errors"

	"github.com/google/uuid"
	sqlite3 "modernc.org/sqlite/lib"
)

// maxKnown bounds the leads and settings whose numbers are remembered.
const maxKnown = 4096

// tables writes rows. It belongs to the writer's goroutine.
type tables struct {
	conn *conn

	begin, commit, rollback, dataVersion, number *stmt
	delivery, request, outcome, dropOutcome      *stmt
	origin, minute, skip                         *stmt
	dropDelivery, dropRequest, dropOrigin        *stmt
	addLead, findLead, addSetting, findSetting   *stmt

	// Numbers of rows that are known to be there, until another connection
	// changes the file (data_version) or a transaction fails.
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
		skip:        c.stmt("UPDATE numbering SET last = max(last, ?)"),
		delivery: c.stmt("INSERT INTO deliveries (id, time, lead, setting, event, version, attempt, seed)" +
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
		request: c.stmt("INSERT INTO requests (id, raw) VALUES (?, ?)"),
		outcome: c.stmt("INSERT INTO outcomes (id, status, duration, truncated, error, reason, response)" +
			" VALUES (?, ?, ?, ?, ?, ?, ?)"),
		origin:      c.stmt("INSERT INTO origins (id, scenario, step, resend_of) VALUES (?, ?, ?, ?)"),
		minute:      c.stmt("INSERT OR IGNORE INTO minutes (minute, first) VALUES (?, ?)"),
		dropOutcome: c.stmt("DELETE FROM outcomes WHERE id = ?"),
		// A number that has an outcome belongs to a delivery that has left.
		dropDelivery: c.stmt("DELETE FROM deliveries WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM outcomes WHERE id = ?1)"),
		dropRequest:  c.stmt("DELETE FROM requests WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE id = ?1)"),
		dropOrigin:   c.stmt("DELETE FROM origins WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE id = ?1)"),
		addLead:      c.stmt("INSERT INTO leads (key) VALUES (?)"),
		findLead:     c.stmt("SELECT id FROM leads WHERE key = ?"),
		addSetting: c.stmt("INSERT INTO settings (webhook, url, sign_url, scheme, edition, bot)" +
			" VALUES (?, ?, ?, ?, ?, ?)"),
		findSetting: c.stmt("SELECT id FROM settings WHERE webhook = ? AND url = ? AND sign_url = ?" +
			" AND scheme = ? AND edition = ? AND bot = ?"),
	}
}

// prepare readies what every delivery needs while its sender is still busy with making it. A failure shows again in
// write, which somebody waits for.
func (t *tables) prepare() {
	for _, s := range []*stmt{
		t.begin, t.dataVersion, t.number, t.findLead, t.addLead, t.findSetting, t.minute, t.delivery, t.request, t.commit, t.outcome,
	} {
		if s.prepare() != nil {
			return
		}
	}
}

// write puts the rows of these jobs into one transaction.
func (t *tables) write(jobs []*job) error {
	if err := t.begin.exec(); err != nil {
		return err
	}
	err := t.writeRows(jobs)
	if err == nil {
		err = t.commit.exec()
	}
	if err != nil {
		t.forget()
		// The first error counts; after it SQLite may have rolled back already.
		_ = t.rollback.exec()
	}
	return err
}

func (t *tables) writeRows(jobs []*job) error {
	if err := t.refresh(); err != nil {
		return err
	}
	planned, at := 0, int64(0)
	for _, j := range jobs {
		planned += len(j.intents)
		at = max(at, j.at)
	}
	if at > 0 {
		if err := t.skip.exec(at - 1); err != nil {
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
	next := last - int64(planned) + 1
	for _, j := range jobs {
		j.first = next
		for i := range j.intents {
			if err := t.writeIntent(next, &j.intents[i]); err != nil {
				return err
			}
			if j.outcomes != nil && j.outcomes[i] != nil {
				j.outcomes[i].id = next
				if err := t.writeOutcome(j.outcomes[i]); err != nil {
					return err
				}
			}
			next++
		}
		if j.outcome != nil {
			if err := t.writeOutcome(j.outcome); err != nil {
				return err
			}
		}
		for _, id := range j.withdrawn {
			if err := errors.Join(t.dropDelivery.exec(id), t.dropRequest.exec(id), t.dropOrigin.exec(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tables) writeIntent(id int64, in *intent) error {
	var lead any
	if in.lead != "" {
		number, err := t.leadNumber(in.lead)
		if err != nil {
			return err
		}
		lead = number
	}
	setting, err := t.settingNumber(in.setting)
	if err != nil {
		return err
	}
	if err := t.noteMinute(id, in.time.UnixMicro()/microsPerMinute); err != nil {
		return err
	}
	err = t.delivery.exec(id, in.time.UnixMicro(), lead, setting, in.event, int64(in.version), int64(in.attempt), int64(in.seed))
	if err != nil {
		return err
	}
	if from := in.origin; from != (origin{}) {
		if err := t.origin.exec(id, orNull(from.scenario), orNull(from.step), from.resendOf); err != nil {
			return err
		}
	}
	return t.request.exec(id, in.request)
}

const microsPerMinute = 60_000_000

// noteMinute remembers the first number of a minute. Numbers grow, so the first
// that comes is the lowest.
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

// writeOutcome puts a second outcome of one delivery in the place of the first.
// INSERT OR REPLACE would make SQLite copy a page for each row.
func (t *tables) writeOutcome(o *outcome) error {
	truncated := int64(0)
	if o.truncated {
		truncated = 1
	}
	err := t.outcome.exec(o.id, int64(o.status), o.duration.Microseconds(), truncated,
		orNull(o.error), orNull(o.reason), orNull(o.response))
	if failed, ok := errors.AsType[*codeError](err); ok && failed.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
		if err := t.dropOutcome.exec(o.id); err != nil {
			return err
		}
		return t.writeOutcome(o)
	}
	return err
}

func orNull[T string | []byte](v T) any {
	if len(v) == 0 {
		return nil
	}
	return v
}

// refresh forgets the known numbers when another connection has changed the
// file: it may have removed rows.
func (t *tables) refresh() error {
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
	id, err := t.findLead.number(key)
	if errors.Is(err, errNoRow) {
		id, err = t.addLead.insert(key)
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
	values := []any{s.webhook, s.url, s.signURL, s.scheme, s.edition, s.bot}
	id, err := t.findSetting.number(values...)
	if errors.Is(err, errNoRow) {
		id, err = t.addSetting.insert(values...)
	}
	if err == nil {
		t.settings[s] = id
	}
	return id, err
}

// leadKey is how a lead's id is kept: a UUID in its usual spelling as 16 bytes,
// any other text as it is.
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
