// Package text decodes the text of files, and prepares text for people, terminals and parsers. It escapes characters that
// cannot be seen or that control a terminal, writes JSON without them, replaces credentials by placeholders, quotes words
// for a shell, and prevents CI from reading text as a command.
//
// It also has [Wait], because every package may import this one. Package signature masks the webhook's secret.
package text
