package text

import "strings"

// ShellWord returns s as one word for a POSIX shell. It adds single quotes if the word needs them.
func ShellWord(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@,+%"
	if s != "" && strings.Trim(s, plain) == "" && s[0] != '=' { // zsh replaces =command by its path
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
