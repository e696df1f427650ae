package console

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestBuildOf(t *testing.T) {
	t.Parallel()
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "3f2a1b9c0d12345678901234567890123456789a"}
	for _, tt := range []struct {
		settings []debug.BuildSetting
		want     string
	}{
		{nil, sourceVersion},
		{[]debug.BuildSetting{revision}, sourceVersion + "+3f2a1b9c0d12"},
		{[]debug.BuildSetting{revision, {Key: "vcs.modified", Value: "false"}}, sourceVersion + "+3f2a1b9c0d12"},
		{[]debug.BuildSetting{revision, {Key: "vcs.modified", Value: "true"}}, sourceVersion + "+3f2a1b9c0d12.dirty"},
	} {
		if got := buildOf(tt.settings).Version; got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.settings, got, tt.want)
		}
	}
}

func TestBuildOfHasCommitAndDate(t *testing.T) {
	t.Parallel()
	got := buildOf([]debug.BuildSetting{{Key: "vcs.revision", Value: "3f2a1b9c"}, {Key: "vcs.time", Value: "2026-11-28T17:00:00Z"}})
	want := Build{sourceVersion + "+3f2a1b9c", "3f2a1b9c", "2026-11-28T17:00:00Z", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
