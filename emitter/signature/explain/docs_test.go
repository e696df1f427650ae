package explain

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/signature.md")

const docs = "../../../docs/signature.md"

// TestDocs checks that docs/signature.md has the mistakes and fixes of the code.
func TestDocs(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for name, want := range map[string]string{"mistakes": mistakeTable(), "fixes": fixList()} {
		before, rest, ok := strings.Cut(text, "<!-- "+name+" -->\n")
		have, after, closed := strings.Cut(rest, "<!-- end -->")
		if !ok || !closed {
			t.Fatalf("%s has no %q", docs, name)
		}
		if have != want && !*update {
			t.Errorf("%q of %s is not current; -update rewrites it", name, docs)
		}
		text = before + "<!-- " + name + " -->\n" + want + "<!-- end -->" + after
	}
	if *update {
		if err := os.WriteFile(docs, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func mistakeTable() string {
	var b strings.Builder
	b.WriteString("| id | symptom | what is signed | cause | fix |\n|---|---|---|---|---|\n")
	for _, m := range Mistakes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | [%s](#%s) |\n", m.ID, cell(m.Symptom), cell(strings.Join(m.Signed, "; ")), cell(strings.Join(m.Causes, "; ")), m.Fix, m.Fix)
	}
	return b.String()
}

// cell escapes what would end a cell of a table.
func cell(text string) string {
	text = strings.NewReplacer("|", `\|`, "\n", `\n`, "\t", `\t`).Replace(text)
	if strings.Count(text, "`")%2 != 0 {
		text = strings.ReplaceAll(text, "`", "'")
	}
	if strings.Contains(text, "`") { // code
		return text
	}
	return strings.NewReplacer("<", "&lt;", "*", `\*`).Replace(text)
}

func fixList() string {
	var b strings.Builder
	for _, f := range Fixes() {
		fmt.Fprintf(&b, "### %s\n\n%s\n\n", f.ID, f.Text)
		for _, s := range append(f.Code, f.Frameworks...) {
			quote := "`"
			if strings.Contains(s.Code, quote) {
				quote = "``"
			}
			fmt.Fprintf(&b, "- %s: %s%s%s\n", s.Language, quote, s.Code, quote)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Every mistake and every fix is complete.
func TestMistakesAreComplete(t *testing.T) {
	t.Parallel()
	for _, m := range Mistakes() {
		if m.ID == "" || m.Symptom == "" || len(m.Causes) == 0 || fixOf(fixID(m.Fix)) == nil {
			t.Errorf("%+v is not complete", m)
		}
	}
	languages := []string{"JavaScript", "PHP", "Python", "C#", "Go"}
	for _, f := range Fixes() {
		if f.Text == "" || len(f.Code) != len(languages) {
			t.Errorf("%s has %d snippets", f.ID, len(f.Code))
			continue
		}
		for i, s := range f.Code {
			if s.Language != languages[i] || s.Code == "" {
				t.Errorf("%s: snippet %d is %+v", f.ID, i, s)
			}
		}
	}
}
