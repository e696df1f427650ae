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

// Library lists the names of the ready scenarios, in order.
func Library() []string {
	entries, err := fs.ReadDir(libraryFiles, "library")
	if err != nil {
		panic("scenarios: the library is not embedded: " + err.Error())
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// LibraryText gives the file of a ready scenario. The error lists the names, or says which is near.
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

// LoadLibrary gives a ready scenario.
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
