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

const module = "artihook"

// forAll is the package that every other one may import.
const forAll = "emitter/text"

// TestRoomsImportWhatTheyMay holds every package's imports against the table of rooms. Tests may use more.
func TestRoomsImportWhatTheyMay(t *testing.T) {
	t.Parallel()
	allowed := readRooms(t)
	seen := 0
	err := filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") && file != "..") {
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
	room := roomOf(file)
	rooms, known := allowed[room]
	if !known {
		t.Errorf("%s: the table has no room %q", file, room)
		return
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range parsed.Imports {
		imported, own := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module+"/")
		if own && imported != forAll && !permits(rooms, imported) {
			t.Errorf("%s: room %q may not import %q", file, room, imported)
		}
	}
}

// roomOf gives the room of a file whose path starts in this package's folder.
func roomOf(file string) string {
	if room := path.Dir(strings.TrimPrefix(filepath.ToSlash(file), "../")); room != "." {
		return room
	}
	return module
}

func permits(rooms []string, imported string) bool {
	for _, room := range rooms {
		above, open := strings.CutSuffix(room, "/...")
		if imported == above || open && strings.HasPrefix(imported, above+"/") {
			return true
		}
	}
	return false
}

func readRooms(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/rooms.txt")
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if room, rooms, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, "#") {
			allowed[room] = strings.Fields(rooms)
		}
	}
	if len(allowed) == 0 {
		t.Fatal("the table is empty")
	}
	return allowed
}
