package text

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	words := []string{"status", "start", "steps", "id", "for_each", "for", "answer"}
	for word, want := range map[string]string{
		"stauts": "status", "strat": "start", "Steps": "steps", "for-each": "for_each", "foreach": "for_each",
		"ip": "id", "answers": "answer", "fro": "for", "wrod": "", "x": "", "": "", "entirely": "", strings.Repeat("start", 1000): "",
	} {
		if got := Nearest(word, words); got != want {
			t.Errorf("nearest(%.20q) = %q, want %q", word, got, want)
		}
	}
}
