package cmd

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
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

// TestImports compares the imports of every package, tests left out, with testdata/imports.txt.
func TestImports(t *testing.T) {
	t.Parallel()
	allowed := readAllowedImports(t)
	seen := 0
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
		seen++
		checkImports(t, file, allowed)
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d files read: %v", seen, err)
	}
}

func checkImports(t *testing.T, file string, allowed map[string][]string) {
	pkg := packageOf(file)
	patterns, known := allowed[pkg]
	if !known {
		t.Errorf("%s: testdata/imports.txt has no line for package %q", file, pkg)
		return
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range parsed.Imports {
		imported, own := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module+"/")
		if own && imported != textPackage && !matchesAny(patterns, imported) {
			t.Errorf("%s: package %q must not import %q", file, pkg, imported)
		}
	}
}

// packageOf returns the import path below the module of a file, whose path is relative to this package's folder.
func packageOf(file string) string {
	if dir := path.Dir(strings.TrimPrefix(filepath.ToSlash(file), "../")); dir != "." {
		return dir
	}
	return module
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

func readAllowedImports(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/imports.txt")
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if pkg, imports, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, "#") {
			allowed[pkg] = strings.Fields(imports)
		}
	}
	if len(allowed) == 0 {
		t.Fatal("testdata/imports.txt is empty")
	}
	return allowed
}
