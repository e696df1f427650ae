package history

import (
	"context"
	"errors"
	"fmt"
	"time"

	"artihook/emitter/text"

	"github.com/ncruces/go-sqlite3"
)

// applicationID marks a SQLite file as ours ("arti").
const applicationID = 0x61727469

// pageSize of a new file in bytes.
const pageSize = 16384

// schema returns the migration steps from an empty file to the current schema. The
// file's user_version is the number of steps applied to it. To change the schema, add
// a step at the end; never change an old one.
//
// An outcome is a row of its own, so that no row is ever updated: growing rows would
// split pages. Requests have their own table, so that lists read small rows only.
// numbering holds the last number assigned, so that no number is used twice even if
// the newest deliveries are removed. The indexes of failures cost nothing for an
// accepted delivery. minutes has the lowest number of each minute: numbers do not
// always increase with time (after an import or a change of the clock), and an index
// of times would slow every delivery down.
//
// source, tampered and proxy are in settings, because deliveries share them: they cost
// a bulk sender nothing.
//
// A lead is stored once for each block of 1024 numbers: ids are random, and with one
// index of all of them every new lead would change a different page.
func schema() []string {
	return []string{`
CREATE TABLE numbering (last INTEGER NOT NULL);
INSERT INTO numbering VALUES (0);
CREATE TABLE leads (
	id  INTEGER PRIMARY KEY,
	key NOT NULL UNIQUE -- a UUID as a blob of 16 bytes, anything else as text
);
CREATE TABLE settings (
	id       INTEGER PRIMARY KEY,
	webhook  TEXT NOT NULL,
	url      TEXT NOT NULL,
	sign_url TEXT NOT NULL,
	scheme   TEXT NOT NULL,
	edition  TEXT NOT NULL,
	bot      TEXT NOT NULL,
	UNIQUE (webhook, url, sign_url, scheme, edition, bot)
);
CREATE TABLE deliveries (
	id      INTEGER PRIMARY KEY,
	time    INTEGER NOT NULL, -- microseconds since 1970, UTC
	lead    INTEGER REFERENCES leads,
	setting INTEGER NOT NULL REFERENCES settings,
	event   TEXT NOT NULL,
	version INTEGER NOT NULL,
	attempt INTEGER NOT NULL,
	seed    INTEGER NOT NULL -- the 64 bits of an unsigned number
);
CREATE INDEX deliveries_by_lead ON deliveries (lead);
CREATE TABLE requests (
	id  INTEGER PRIMARY KEY REFERENCES deliveries,
	raw BLOB NOT NULL
);
CREATE TABLE outcomes (
	id        INTEGER PRIMARY KEY REFERENCES deliveries,
	status    INTEGER NOT NULL, -- 0: no response
	duration  INTEGER NOT NULL, -- microseconds
	truncated INTEGER NOT NULL,
	error     TEXT,
	reason    TEXT,
	response  BLOB
);
CREATE INDEX outcomes_by_failure ON outcomes (status/100) WHERE status/100 <> 2;
`, `
CREATE TABLE origins ( -- of the deliveries that have one
	id        INTEGER PRIMARY KEY REFERENCES deliveries,
	scenario  TEXT,
	step      TEXT,
	resend_of INTEGER
);
CREATE TABLE minutes (
	minute INTEGER PRIMARY KEY, -- since 1970, UTC
	first  INTEGER NOT NULL     -- no delivery of this minute has a lower number
);
INSERT INTO minutes SELECT time / 60000000, min(id) FROM deliveries GROUP BY 1;
CREATE INDEX outcomes_by_error ON outcomes (error) WHERE error IS NOT NULL;
`, `
CREATE TABLE repeated_leads (id INTEGER PRIMARY KEY, key NOT NULL);
INSERT INTO repeated_leads SELECT id, key FROM leads ORDER BY id;
DROP TABLE leads;
ALTER TABLE repeated_leads RENAME TO leads;
CREATE UNIQUE INDEX leads_by_key ON leads (id >> 10, key);
`, `
ALTER TABLE origins ADD COLUMN source TEXT;
`, `
CREATE TABLE labelled_settings (
	id       INTEGER PRIMARY KEY,
	webhook  TEXT NOT NULL,
	url      TEXT NOT NULL,
	sign_url TEXT NOT NULL,
	scheme   TEXT NOT NULL,
	edition  TEXT NOT NULL,
	bot      TEXT NOT NULL,
	source   TEXT NOT NULL, -- '' before this step; origins has those that were known
	tampered TEXT NOT NULL,
	proxy    TEXT NOT NULL,
	UNIQUE (webhook, url, sign_url, scheme, edition, bot, source, tampered, proxy)
);
INSERT INTO labelled_settings SELECT id, webhook, url, sign_url, scheme, edition, bot, '', '', '' FROM settings;
DROP TABLE settings;
ALTER TABLE labelled_settings RENAME TO settings;
UPDATE origins SET source = iif(scenario = 'check', 'check', 'run') WHERE source IS NULL AND scenario IS NOT NULL;
`}
}

// upgrade applies the steps that an open file lacks. If several processes do so, one
// applies them and the others wait.
func upgrade(ctx context.Context, c *conn, steps []string) error {
	version, err := checkVersion(c, steps)
	if err != nil {
		return err
	}
	if version < len(steps) {
		if version == 0 {
			// Both have an effect only while the file is empty. Without the second, only VACUUM
			// shrinks a file, which blocks all other writers.
			if err := c.Exec(fmt.Sprintf("PRAGMA page_size = %d; PRAGMA auto_vacuum = INCREMENTAL", pageSize)); err != nil {
				return err
			}
		}
		if err := c.inTransaction(func() error { return migrate(c, steps) }); err != nil {
			return err
		}
	}
	if err := enableWAL(ctx, c); err != nil {
		return err
	}
	_, err = readVersion(c, steps) // creates the write-ahead log
	return err
}

// checkVersion returns the number of steps applied to the file: none to an empty file
// or an empty database.
func checkVersion(c *conn, steps []string) (version int, err error) {
	if version, err = readVersion(c, steps); !errors.Is(err, errCorrupt) {
		return version, err
	}
	// Another process may have created the history between two reads.
	if err := c.Exec("BEGIN"); err != nil {
		return 0, err
	}
	version, err = readVersion(c, steps)
	return version, errors.Join(err, c.Exec("COMMIT"))
}

func readVersion(c *conn, steps []string) (int, error) {
	version, err := c.number("PRAGMA user_version")
	if err != nil {
		return 0, err
	}
	application, err := c.number("PRAGMA application_id")
	if err != nil {
		return 0, err
	}
	tables := int64(0)
	if application == 0 && version == 0 {
		if tables, err = c.number("SELECT count(*) FROM sqlite_schema"); err != nil {
			return 0, err
		}
	}
	switch {
	case application == 0 && version == 0 && tables == 0:
		return 0, nil
	case application != applicationID || version < 1:
		return 0, &Error{Op: "opening", Path: c.path, Reason: reasonForeign, Err: errCorrupt}
	case version > int64(len(steps)):
		reason := "a newer artihook has written it; use that version, or choose another file"
		return 0, &Error{Op: "opening", Path: c.path, Reason: reason, Err: errNewer}
	}
	return int(version), nil
}

// migrate applies the steps in a transaction. It reads the version again, since another
// process may have applied them.
func migrate(c *conn, steps []string) error {
	version, err := readVersion(c, steps)
	if err != nil || version == len(steps) {
		return err
	}
	for _, step := range steps[version:] {
		if err := c.Exec(step); err != nil {
			return err
		}
	}
	return errors.Join(c.setPragma("application_id", applicationID), c.setPragma("user_version", len(steps)))
}

// enableWAL switches the file to the write-ahead log, permanently. SQLite does not wait
// for locks here, so enableWAL does.
func enableWAL(ctx context.Context, c *conn) error {
	const pause = 10 * time.Millisecond
	for end := time.Now().Add(lockWait); ; {
		err := c.Exec("PRAGMA journal_mode = WAL")
		if !errors.Is(err, sqlite3.BUSY) || time.Now().After(end) {
			return err
		}
		if err := text.Wait(ctx, pause); err != nil {
			return err
		}
	}
}
