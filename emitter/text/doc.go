// Package text prepares text for people, terminals and parsers. It escapes characters that cannot be seen or that
// control a terminal, writes JSON without them, replaces credentials by placeholders, and keeps text from being read as
// a command by CI.
//
// Every package may import it. The webhook's secret is not its subject: see emitter/signature.
package text
