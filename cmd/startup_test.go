package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// initAllocations are the package initialisers that may allocate more than maxInitBytes. Every command runs all initialisers
// before it starts, whether it needs them or not.
var initAllocations = map[string]string{
	"github.com/brianvoe/gofakeit/v6":      "the functions that it can call by name",
	"github.com/brianvoe/gofakeit/v6/data": "its tables",
}

// maxInitBytes is the most that another initialiser may allocate.
const maxInitBytes = 40 << 10

// TestInitialisersAllocateLittle reads the trace of the runtime. It compares bytes, because times depend on the machine.
func TestInitialisersAllocateLittle(t *testing.T) {
	t.Parallel()
	command := exec.CommandContext(limited(t), filepath.Join(programFolder(t), "artihook"), "version")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, trace)
	}
	rows := regexp.MustCompile(`(?m)^init (\S+) @.* clock, (\d+) bytes, \d+ allocs$`).FindAllSubmatch(trace, -1)
	if len(rows) < 20 {
		t.Fatalf("%d initialisers in the trace, want at least 20:\n%s", len(rows), trace)
	}
	found := map[string]bool{}
	for _, row := range rows {
		name := string(row[1])
		bytes, err := strconv.Atoi(string(row[2]))
		if err != nil {
			t.Fatal(err)
		}
		if bytes <= maxInitBytes {
			continue
		}
		if found[name] = true; initAllocations[name] == "" {
			t.Errorf("the initialiser of %s allocates %d bytes, want at most %d; create its variables at their first use", name, bytes, maxInitBytes)
		}
	}
	for name := range initAllocations {
		if !found[name] {
			t.Errorf("the initialiser of %s allocates at most %d bytes; remove it from the list", name, maxInitBytes)
		}
	}
}
