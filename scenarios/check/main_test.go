package check

import (
	"flag"
	"os"
	"testing"
)

// TestMain runs more tests at the same time than there are processors: a check waits most of its time.
func TestMain(m *testing.M) {
	flag.Set("test.parallel", "8")
	os.Exit(m.Run())
}
