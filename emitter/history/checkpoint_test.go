package history

import (
	"fmt"
	"testing"
)

// The log is cleared away beside the writer and begins anew, also while others write.
func TestLogBeginsAnew(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	record(t, openStore(t, path), nil)
	c, err := openConn(path)
	if err != nil {
		t.Fatal(err)
	}
	k := newCheckpointer(c)
	k.lengths = checkpointLengths{begin: 20, rest: 5, limit: 60}
	anew, last := 0, int32(0)
	const rows = 1000
	for i := range rows {
		if err := c.exec(fmt.Sprintf("INSERT INTO requests VALUES (%d, randomblob(20000))", 10+i)); err != nil {
			t.Fatal(err)
		}
		length := *k.length()
		if length < last {
			anew++
		}
		if last = length; length > 500 { // all rows have 5000; one attempt may fail beside other readers
			t.Fatalf("the log has %d pages after %d rows", length, i+1)
		}
		k.afterCommit()
	}
	if anew == 0 {
		t.Error("the log has never begun anew")
	}
	if err := k.close(); err != nil {
		t.Error(err)
	}
	if n, err := c.number("SELECT count(*) FROM requests WHERE length(raw) = 20000"); err != nil || n != rows {
		t.Errorf("%d rows, %v, want %d", n, err, rows)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// A reader that stays keeps the log from beginning anew; then nobody tries at every commit.
func TestLogWithALongReader(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	record(t, openStore(t, path), nil)
	c, err := openConn(path)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := openConn(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.exec("BEGIN; SELECT * FROM requests"); err != nil {
		t.Fatal(err)
	}
	k := newCheckpointer(c)
	k.lengths = checkpointLengths{begin: 20, rest: 5, limit: 60}
	bases := map[int32]bool{}
	for i := range 200 {
		if err := c.exec(fmt.Sprintf("INSERT INTO requests VALUES (%d, randomblob(20000))", 10+i)); err != nil {
			t.Fatal(err)
		}
		k.afterCommit()
		bases[k.base] = true
	}
	length := *k.length()
	if length < 400 || len(bases) > int(length)/20+1 {
		t.Errorf("%d pages, cleared away %d times, want no more than once in 20 pages", length, len(bases))
	}
	for _, err := range []error{reader.exec("COMMIT"), reader.Close(), k.close(), c.Close()} {
		if err != nil {
			t.Error(err)
		}
	}
}
