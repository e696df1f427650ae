package console

// Version is the version of artihook: that of the newest entry in CHANGELOG.md.
const Version = "0.1.0"
