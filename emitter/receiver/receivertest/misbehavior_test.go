package receivertest_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"artihook/emitter/receiver/receivertest"
)

// TestMisbehaviors checks that the list has every constant, once.
func TestMisbehaviors(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("misbehavior.go")
	if err != nil {
		t.Fatal(err)
	}
	var want []receivertest.Misbehavior
	for _, match := range regexp.MustCompile(`Misbehavior = "([a-z0-9-]+)"`).FindAllSubmatch(source, -1) {
		want = append(want, receivertest.Misbehavior(match[1]))
	}
	if got := receivertest.Misbehaviors(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
