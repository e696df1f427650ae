package format

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"artihook/fixtures/yamlfile"
)

//go:embed library/*.yaml
var libraryFiles embed.FS

// Library returns the names of the ready scenarios, sorted.
func Library() []string {
	entries, err := fs.ReadDir(libraryFiles, "library")
	if err != nil {
		panic("format: the library is not embedded: " + err.Error())
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// LibraryText returns the file of a ready scenario. If there is none with this name, the error has the name that was
// probably meant, or all names.
func LibraryText(name string) ([]byte, error) {
	text, err := libraryFiles.ReadFile(path.Join("library", name+".yaml"))
	if err != nil {
		word := yamlfile.Unknown(fmt.Sprintf("unknown scenario %q", name), name, Library())
		if word.Near != "" {
			return nil, fmt.Errorf("%w; did you mean %q?", word, word.Near)
		}
		return nil, word
	}
	return text, nil
}

// LoadLibrary returns the ready scenario with this name.
func LoadLibrary(name string) (*File, error) {
	text, err := LibraryText(name)
	if err != nil {
		return nil, err
	}
	f, err := Parse(name, text)
	if err != nil {
		return nil, err
	}
	f.Ready = true
	return f, nil
}
