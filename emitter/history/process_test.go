package history

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// child is this test binary, which records into a history until it is killed.
type child struct {
	cmd *exec.Cmd
	out *bufio.Scanner
}

func startChild(t *testing.T, path string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HISTORY_TEST_RECORD_INTO="+path)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd, bufio.NewScanner(pipe)}
	t.Cleanup(func() { c.kill() })
	return c
}

// planned returns the numbers of the next batch of the child.
func (c *child) planned(t *testing.T) (first, last int64) {
	t.Helper()
	if !c.out.Scan() {
		t.Fatal("the child has ended early")
	}
	if _, err := fmt.Sscanf(c.out.Text(), "planned %d %d", &first, &last); err != nil {
		t.Fatalf("the child printed %q", c.out.Text())
	}
	return first, last
}

// kill kills the child with SIGKILL, and returns the rest of its output.
func (c *child) kill() (rest []string) {
	_ = c.cmd.Process.Kill()
	for c.out.Scan() {
		if line := c.out.Text(); strings.Count(line, " ") == 2 {
			rest = append(rest, line)
		}
	}
	_ = c.cmd.Wait()
	return rest
}

// TestKilledWhileRecording kills a recording process several times. The history opens,
// is not damaged, and has every planned delivery.
func TestKilledWhileRecording(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	planned := map[int64]bool{}
	note := func(first, last int64) {
		for id := first; id <= last; id++ {
			planned[id] = true
		}
	}
	for _, batches := range []int{1, 7, 30} {
		c := startChild(t, path)
		for range batches {
			note(c.planned(t))
		}
		for _, line := range c.kill() {
			var first, last int64
			// The last line may be incomplete, and is ignored then.
			if n, _ := fmt.Sscanf(line, "planned %d %d", &first, &last); n == 2 && last == first+9 {
				note(first, last)
			}
		}
		store := openStore(t, path)
		checkIntegrity(t, store)
		seen := map[int64]bool{}
		for d, err := range store.List(context.Background(), Filter{Whole: true}) {
			if err != nil {
				t.Fatal(err)
			}
			seen[d.ID] = true
			if d.Lead != leadA || d.Request.Target != "/hook" || d.State != Done && d.Error != ErrorUnknown {
				t.Fatalf("delivery %d is damaged: %+v", d.ID, d)
			}
		}
		for id := range planned {
			if !seen[id] {
				t.Errorf("delivery %d was planned and is missing", id)
			}
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestProcessesRecordTogether records while two other processes create the same file
// and record into it.
func TestProcessesRecordTogether(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	children := []*child{startChild(t, path), startChild(t, path)}
	store := openStore(t, path)
	mine := map[int64]bool{}
	for range 50 {
		mine[record(t, store, func(d *Delivery) { d.Lead = leadB }).ID] = true
	}
	for _, c := range children {
		for range 20 {
			first, last := c.planned(t)
			for id := first; id <= last; id++ {
				if mine[id] {
					t.Errorf("number %d was given twice", id)
				}
			}
		}
	}
	for _, c := range children {
		c.kill()
	}
	if n := len(strings.Fields(listIDs(t, store, Filter{Lead: leadB}))); n != 50 {
		t.Errorf("%d deliveries of this process, want 50", n)
	}
	checkIntegrity(t, store)
}

// TestChildFails checks that the error of a child is detected.
func TestChildFails(t *testing.T) {
	t.Parallel()
	c := startChild(t, t.TempDir())
	c.out.Scan()
	if !strings.HasPrefix(c.out.Text(), "failed: opening the history") {
		t.Errorf("the child printed %q", c.out.Text())
	}
}
