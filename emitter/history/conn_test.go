package history

import (
	"strings"
	"testing"
)

func TestDSN(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/home/ada/a b?c#d/history.db":  "file:///home/ada/a%20b%3Fc%23d/history.db?",
		"C:/Users/ada/a b/history.db":   "file:C:/Users/ada/a%20b/history.db?",
		"//server/share/ada/history.db": "file:////server/share/ada/history.db?",
	} {
		if got := dsn(path, readWrite); !strings.HasPrefix(got, want) {
			t.Errorf("dsn(%q) is %s, want %s…", path, got, want)
		}
	}
}
