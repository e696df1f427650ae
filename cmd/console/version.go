package console

import (
	"cmp"
	"runtime"
	"runtime/debug"
)

// sourceVersion is the version of the newest release in CHANGELOG.md, or the next one if there are changes after it.
const sourceVersion = "0.1.0"

// version, commit and date are those of a release. They are set at link time:
// -ldflags "-X artihook/cmd/console.version=1.2.3 -X artihook/cmd/console.commit=… -X artihook/cmd/console.date=…".
var version, commit, date string

// Build describes how the program was built.
type Build struct {
	// Version is the version of the release, or that of the source with the revision that was built, such as
	// 0.1.0+3f2a1b9c0d12, or 0.1.0+3f2a1b9c0d12.dirty if it had changes that were not committed.
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"` // the revision of git
	Date     string `json:"date,omitempty"`   // of the commit, in RFC 3339 form
	Go       string `json:"go"`
	Platform string `json:"platform"` // such as linux/amd64
}

// ReadBuild returns the build of this program. Commit and Date are "" if it was built outside of a clone.
func ReadBuild() Build {
	var settings []debug.BuildSetting
	if info, ok := debug.ReadBuildInfo(); ok {
		settings = info.Settings
	}
	b := buildOf(settings)
	b.Version, b.Commit, b.Date = cmp.Or(version, b.Version), cmp.Or(commit, b.Commit), cmp.Or(date, b.Date)
	return b
}

// Version returns the version of [ReadBuild].
func Version() string { return ReadBuild().Version }

// buildOf returns a build that is no release.
func buildOf(settings []debug.BuildSetting) Build {
	b := Build{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	dirty := ""
	for _, s := range settings {
		switch {
		case s.Key == "vcs.revision":
			b.Commit = s.Value
		case s.Key == "vcs.time":
			b.Date = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ".dirty"
		}
	}
	b.Version = sourceVersion
	if b.Commit != "" {
		b.Version += "+" + b.Commit[:min(len(b.Commit), 12)]
	}
	b.Version += dirty
	return b
}
