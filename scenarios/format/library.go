package format

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"artihook/emitter/text"
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

// LoadLibrary returns the ready scenario with this name. If there is none, the error has the name that was probably meant, or
// all names.
func LoadLibrary(name string) (*File, error) {
	data, err := libraryFiles.ReadFile(path.Join("library", name+".yaml"))
	if err != nil {
		word := text.Unknown(fmt.Sprintf("unknown scenario %q", name), name, Library())
		if word.Near != "" {
			return nil, fmt.Errorf("%w; did you mean %q?", word, word.Near)
		}
		return nil, word
	}
	f, err := Parse(name, data)
	if err != nil {
		return nil, err
	}
	f.Ready = data
	return f, nil
}
