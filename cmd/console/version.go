package console

// Version is that of the newest entry in CHANGELOG.md.
const Version = "0.1.0"
