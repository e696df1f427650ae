package console

import "runtime/debug"

// sourceVersion is the version of the newest entry in CHANGELOG.md.
const sourceVersion = "0.1.0"

// version is the version of a release. It is set at link time: -ldflags "-X artihook/cmd/console.version=1.2.3".
var version string

// Version returns the version of the release, or the version of the source with the revision that was built, such as
// 0.1.0+3f2a1b9c0d12, or 0.1.0+3f2a1b9c0d12.dirty if it had changes that were not committed.
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return sourceVersion
	}
	return versionOf(info.Settings)
}

// versionOf returns the version of a build that is no release.
func versionOf(settings []debug.BuildSetting) string {
	var revision, dirty string
	for _, s := range settings {
		switch {
		case s.Key == "vcs.revision":
			revision = "+" + s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ".dirty"
		}
	}
	return sourceVersion + revision + dirty
}
