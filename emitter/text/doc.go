// Package text decodes the text of files, and prepares text for people, terminals and parsers. It escapes characters that
// cannot be seen or that control a terminal, writes JSON without them, replaces credentials by placeholders, and keeps
// text from being read as a command by CI.
//
// It also has [Wait], because every package may import this one. The webhook's secret is not its subject: see emitter/signature.
package text
