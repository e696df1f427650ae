package cmd

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

const (
	module = "artihook"
	// textPackage may be imported by every package.
	textPackage = "emitter/text"
)

// TestImports compares the packages and their imports, without those of tests, with the table of docs/architecture.md.
func TestImports(t *testing.T) {
	t.Parallel()
	allowed := allowedImports(t)
	seen := map[string]bool{}
	err := filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") && file != "..") {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		seen[packageOf(file)] = true
		checkImports(t, file, allowed)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range allowed {
		if !seen[pkg] {
			t.Errorf("docs/architecture.md has a row for %s, which is no package", pkg)
		}
	}
}

func checkImports(t *testing.T, file string, allowed map[string][]string) {
	pkg := packageOf(file)
	patterns, known := allowed[pkg]
	if !known {
		t.Errorf("%s: docs/architecture.md has no row for package %s", file, pkg)
		return
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range parsed.Imports {
		imported, own := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module+"/")
		if own && imported != textPackage && !matchesAny(patterns, imported) {
			t.Errorf("%s: docs/architecture.md does not allow package %s to import %q", file, pkg, imported)
		}
	}
}

// packageOf returns the name of a file's package in the table: its path below the module, or main.go.
func packageOf(file string) string {
	file = strings.TrimPrefix(filepath.ToSlash(file), "../")
	if dir := path.Dir(file); dir != "." {
		return dir
	}
	return file
}

func matchesAny(patterns []string, imported string) bool {
	for _, pattern := range patterns {
		parent, tree := strings.CutSuffix(pattern, "/...")
		if imported == parent || tree && strings.HasPrefix(imported, parent+"/") {
			return true
		}
	}
	return false
}

// allowedImports returns the last column of the table by the first.
func allowedImports(t *testing.T) map[string][]string {
	t.Helper()
	allowed := map[string][]string{}
	for row := range strings.Lines(section(t, "../docs/architecture.md", "<!-- packages -->", "<!-- end -->")) {
		cells := strings.Split(strings.Trim(row, "|\n "), "|")
		name := inlineCode.FindString(cells[0])
		if name == "" {
			continue // the heading
		}
		var patterns []string
		for _, pattern := range inlineCode.FindAllString(cells[len(cells)-1], -1) {
			patterns = append(patterns, strings.Trim(pattern, "`"))
		}
		allowed[strings.Trim(name, "`")] = patterns
	}
	if len(allowed) < 10 {
		t.Fatalf("the table has only %d packages", len(allowed))
	}
	return allowed
}
