package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"artihook/cmd/console"
)

// completeIn prints what a shell suggests for the last of the words, which is empty, with descriptions where it shows them.
var completeIn = []struct{ shell, script string }{
	{"bash", `
		_get_comp_words_by_ref() { cur=; prev=; words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
		compopt() { :; }
		source <(artihook completion bash)
		COMP_WORDS=("$@" ''); COMP_CWORD=$#; COMP_TYPE=63; COLUMNS=100
		__start_artihook
		printf '%s\n' "${COMPREPLY[@]}"`},
	{"zsh", `
		compdef() { : }
		source <(artihook completion zsh)
		_describe() { print -rl -- $completions }
		words=("$@" ''); CURRENT=$#words
		_artihook`},
	{"fish", `
		artihook completion fish | source
		complete -C "$argv "`},
}

// TestShellCompletion completes numbers and leads of a history, and other values, in the shells themselves. The visitors have
// chosen names that are commands.
func TestShellCompletion(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	for _, name := range []string{"Ada $(touch owned)`touch owned`", "Ada: 'x'; touch owned #"} {
		send := exec.CommandContext(limited(t), s.program, "send", "127.0.0.1:1", "--answer", "Name="+name)
		if _, stderr, code := s.run(t, send); code != console.ExitFailed { // nothing listens there
			t.Fatalf("send has exit code %d\n%s", code, stderr)
		}
	}
	for _, tt := range completeIn {
		t.Run(tt.shell, func(t *testing.T) {
			t.Parallel()
			shell, script := needs(t, tt.shell), filepath.Join(t.TempDir(), "complete")
			must(t, os.WriteFile(script, []byte(tt.script), 0o600))
			for _, line := range []struct{ words, want string }{
				{"artihook history show", "Ada"},
				{"artihook history diff 1", "Ada"},
				{"artihook send --lead", "Ada"},
				{"artihook scenarios show", "happy-path"},
				{"artihook check --only", "signature-valid"},
				{"artihook send --scheme", "body"},
			} {
				command := exec.CommandContext(limited(t), shell, append([]string{script}, strings.Fields(line.words)...)...)
				stdout, stderr, code := s.run(t, command)
				if code != 0 || !strings.Contains(stdout, line.want) {
					t.Errorf("%s: exit code %d, suggests %q, want %q\n%s", line.words, code, stdout, line.want, stderr)
				}
			}
			if _, err := os.Stat(filepath.Join(s.folder, "owned")); err == nil {
				t.Error("the shell ran a name as a command")
			}
		})
	}
}
