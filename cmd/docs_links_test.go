package cmd

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// documentFiles returns README.md, CHANGELOG.md and every Markdown file below docs.
func documentFiles(t *testing.T) []string {
	t.Helper()
	files := []string{"../README.md", "../CHANGELOG.md"}
	err := filepath.WalkDir("../docs", func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(file, ".md") {
			files = append(files, file)
		}
		return err
	})
	if err != nil || len(files) < 3 {
		t.Fatalf("%d documents: %v", len(files), err)
	}
	return files
}

var (
	fencedBlock  = regexp.MustCompile("(?ms)^```.*?^```$")
	inlineCode   = regexp.MustCompile("`[^`\n]+`")
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// prose returns the text of a document without its code blocks.
func prose(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return fencedBlock.ReplaceAllString(string(text), "")
}

// anchors returns the fragments of links to the headings of a document, as GitHub makes them.
func anchors(t *testing.T, file string) []string {
	t.Helper()
	var names []string
	for _, match := range heading.FindAllStringSubmatch(prose(t, file), -1) {
		names = append(names, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, match[1]))
	}
	return names
}

// TestDocumentLinks reports broken links between the documents and into the tree.
func TestDocumentLinks(t *testing.T) {
	t.Parallel()
	links := 0
	for _, file := range documentFiles(t) {
		for _, match := range markdownLink.FindAllStringSubmatch(inlineCode.ReplaceAllString(prose(t, file), ""), -1) {
			if strings.Contains(match[1], "://") {
				continue
			}
			links++
			name, anchor, _ := strings.Cut(match[1], "#")
			target := file
			if name != "" {
				target = filepath.Join(filepath.Dir(file), filepath.FromSlash(name))
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %v", file, err)
			} else if anchor != "" && !slices.Contains(anchors(t, target), anchor) {
				t.Errorf("%s: %s has no heading for #%s", file, target, anchor)
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d links found", links)
	}
}

var (
	contractCitation = regexp.MustCompile(`docs/contract\.md(?:, section (\d+)|#([\w-]+))?`)
	bareCitation     = regexp.MustCompile(`\bcontract \d`)
	commentBreak     = regexp.MustCompile(`\s*\n\s*// `)
)

// TestContractCitations reports citations of docs/contract.md in the code that name a section which does not exist.
func TestContractCitations(t *testing.T) {
	t.Parallel()
	names := anchors(t, "../docs/contract.md")
	cited := 0
	err := filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") || file == filepath.Join("..", "cmd", "docs_links_test.go") {
			return err
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		text := commentBreak.ReplaceAllString(string(source), " ")
		if bare := bareCitation.FindString(text); bare != "" {
			t.Errorf("%s: write %q as \"docs/contract.md, section N\" in a comment, and as a link in a text for users", file, bare)
		}
		for _, match := range contractCitation.FindAllStringSubmatch(text, -1) {
			cited++
			if match[1] != "" && !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, match[1]+"-") }) ||
				match[2] != "" && !slices.Contains(names, match[2]) {
				t.Errorf("%s: docs/contract.md has no such section: %s", file, match[0])
			}
		}
		return nil
	})
	if err != nil || cited < 30 {
		t.Errorf("%d citations: %v", cited, err)
	}
}

var (
	pathInCode = regexp.MustCompile("`((?:\\.\\./|\\./)?(?:cmd|emitter|fixtures|scenarios|docs|\\.ci)(?:/[\\w.*-]+)+)`")
	nameInFile = regexp.MustCompile("`(\\w+)` in `([\\w/]+\\.go)`")
)

// TestDocumentsNameRealFiles reports files, directories and identifiers in the documents that are not in the tree.
func TestDocumentsNameRealFiles(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, file := range documentFiles(t) {
		if strings.HasSuffix(file, "CHANGELOG.md") { // it may name removed files
			continue
		}
		text := prose(t, file)
		if file == "../README.md" {
			text = strings.ReplaceAll(text, "`scenarios/forged.yaml`", "") // the reader's own file
		}
		if before, table, found := strings.Cut(text, "<!-- packages -->"); found { // TestImports reads this table
			_, after, _ := strings.Cut(table, "<!-- end -->")
			text = before + after
		}
		for _, match := range pathInCode.FindAllStringSubmatch(text, -1) {
			seen++
			if found, err := filepath.Glob(filepath.Join("..", match[1])); err != nil || len(found) == 0 {
				t.Errorf("%s: there is no %s", file, match[1])
			}
		}
		for _, match := range nameInFile.FindAllStringSubmatch(text, -1) {
			source, err := os.ReadFile(filepath.Join("..", match[2]))
			if err != nil || !regexp.MustCompile(`\b`+match[1]+`\b`).Match(source) {
				t.Errorf("%s: there is no %s in %s: %v", file, match[1], match[2], err)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d paths found", seen)
	}
}
