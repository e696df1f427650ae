package console

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// kinds are the kinds of changes of keepachangelog.com, in the order of the file.
var kinds = []string{"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}

var (
	changelogPart = regexp.MustCompile(`(?m)^## (.*)\n((?:[^#\n].*\n|\n|###+ .*\n)*)`)
	kindPart      = regexp.MustCompile(`(?m)^### (.*)\n((?:[^#\n].*\n|\n)*)`)
	releaseTitle  = regexp.MustCompile(`^\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)$`)
)

// TestChangelog checks that CHANGELOG.md has the form of keepachangelog.com: the unreleased changes, then releases from the newest to
// the oldest, each with a date, and changes by kind.
func TestChangelog(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := changelogPart.FindAllStringSubmatch(string(text), -1)
	if !strings.HasPrefix(string(text), "# Changelog\n\n") || len(parts) == 0 || parts[0][1] != "[Unreleased]" || strings.Count(string(text), "\n## ") != len(parts) {
		t.Fatalf("the title or the unreleased changes are missing, or a heading is wrong: %d parts", len(parts))
	}
	checkKinds(t, parts[0][1], parts[0][2])
	next := versionNumbers(t, sourceVersion)
	if len(parts) > 1 && strings.TrimSpace(parts[0][2]) == "" {
		next[2]++ // the version of the source is the newest release
	}
	date := time.Now().AddDate(0, 0, 1)
	for _, part := range parts[1:] {
		title := releaseTitle.FindStringSubmatch(part[1])
		if title == nil {
			t.Errorf("the title %q is not like [1.2.3] - 2026-11-28", part[1])
			continue
		}
		version := versionNumbers(t, strings.Join(title[1:4], "."))
		released, err := time.Parse(time.DateOnly, title[4])
		if err != nil || released.After(date) || slices.Compare(version, next) >= 0 {
			t.Errorf("%s is not before %v and %s: %v", part[1], next, date, err)
		}
		next, date = version, released
		checkKinds(t, part[1], part[2])
	}
}

// checkKinds checks the changes of a release.
func checkKinds(t *testing.T, release, changes string) {
	t.Helper()
	last := -1
	for _, part := range kindPart.FindAllStringSubmatch(changes, -1) {
		kind := slices.Index(kinds, part[1])
		if kind <= last {
			t.Errorf("%s: %q is unknown, there twice, or out of order", release, part[1])
		}
		if last = kind; !strings.Contains(part[2], "\n- ") {
			t.Errorf("%s: %q has no changes", release, part[1])
		}
	}
	if last < 0 && strings.TrimSpace(changes) != "" {
		t.Errorf("%s has changes without a kind", release)
	}
}

func versionNumbers(t *testing.T, version string) []int {
	t.Helper()
	var numbers []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	return numbers
}
