package history

import (
	"fmt"
	"testing"
)

// TestLogIsReset: the log starts again from its beginning after a checkpoint, also while others write.
func TestLogIsReset(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	record(t, openStore(t, path), nil)
	c, err := openConn(path)
	if err != nil {
		t.Fatal(err)
	}
	k := newCheckpointer(c)
	k.lengths = checkpointLengths{begin: 20, rest: 5, limit: 60}
	resets, last := 0, int(0)
	const rows = 1000
	for i := range rows {
		if err := c.Exec(fmt.Sprintf("INSERT INTO requests VALUES (%d, randomblob(20000))", 10+i)); err != nil {
			t.Fatal(err)
		}
		length := k.length
		if length < last {
			resets++
		}
		if last = length; length > 500 { // all rows have 5000; other readers may delay a reset
			t.Fatalf("the log has %d pages after %d rows", length, i+1)
		}
		k.afterCommit()
	}
	if resets == 0 {
		t.Error("the log was never reset")
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

// TestLogWithALongReader: while a long reader prevents a reset, the writer does not try a checkpoint at every commit.
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
	if err := reader.Exec("BEGIN; SELECT * FROM requests"); err != nil {
		t.Fatal(err)
	}
	k := newCheckpointer(c)
	k.lengths = checkpointLengths{begin: 20, rest: 5, limit: 60}
	bases := map[int]bool{}
	for i := range 200 {
		if err := c.Exec(fmt.Sprintf("INSERT INTO requests VALUES (%d, randomblob(20000))", 10+i)); err != nil {
			t.Fatal(err)
		}
		k.afterCommit()
		bases[k.base] = true
	}
	length := k.length
	if length < 400 || len(bases) > length/20+1 {
		t.Errorf("%d pages, cleared away %d times, want no more than once in 20 pages", length, len(bases))
	}
	for _, err := range []error{reader.Exec("COMMIT"), reader.Close(), k.close(), c.Close()} {
		if err != nil {
			t.Error(err)
		}
	}
}
