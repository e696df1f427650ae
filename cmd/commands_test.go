package cmd

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// sharedFiles may use every command, and every command may use root.go.
var sharedFiles = []string{"root", "help", "completion", "man"}

// commandOf returns the command that a file of this package belongs to: history for history_export.go.
func commandOf(file string) string {
	command, _, _ := strings.Cut(strings.TrimSuffix(file, ".go"), "_")
	return command
}

// TestCommandsAreSeparate reports commands that use a name from the file of another command. Code that two commands need
// belongs in cmd/settings or cmd/console.
func TestCommandsAreSeparate(t *testing.T) {
	t.Parallel()
	files := parseCommands(t)
	declaredIn := map[string]string{}
	for name, file := range files {
		for _, decl := range file.Decls {
			for _, declared := range declaredNames(decl) {
				declaredIn[declared] = name
			}
		}
	}
	uses := 0
	for name, file := range files {
		for _, used := range file.Unresolved {
			from, known := declaredIn[used.Name]
			if !known {
				continue
			}
			uses++
			command, other := commandOf(name), commandOf(from)
			if command != other && other != "root" && !slices.Contains(sharedFiles, command) {
				t.Errorf("%s uses %s of %s", name, used.Name, from)
			}
		}
	}
	if uses < 50 {
		t.Errorf("only %d uses found", uses)
	}
}

// parseCommands returns the files of this package by name, without tests.
func parseCommands(t *testing.T) map[string]*ast.File {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*ast.File{}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if files[name], err = parser.ParseFile(token.NewFileSet(), name, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// declaredNames returns the package-level names of a declaration. A method has none: it belongs to its type.
func declaredNames(decl ast.Decl) []string {
	var names []string
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, name := range s.Names {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}
