package scenarios

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Load reads scenario files, and those directly in folders (*.yaml and *.yml, by name), and puts the steps of included
// files before their own. The error is nil or [Faults]: all faults of all files, so that nothing is run from a set with a
// fault; the files are then what could be read of them, in which [Lint] may find more. A file that is named twice is read
// once.
func Load(paths []string) ([]*File, error) {
	l := &loader{texts: map[string][]byte{}, read: map[string]*File{}}
	var files []*File
	seen := map[string]bool{}
	for _, path := range l.expand(paths) {
		if seen[path] {
			continue
		}
		seen[path] = true
		f, err := l.file(path)
		if err != nil {
			l.faults.add(Place{File: path}, "", "the scenario cannot be read: %s", reason(err))
			continue
		}
		whole := l.whole(f, nil)
		checkSequence(whole.Steps, &l.faults)
		if len(files) >= keptWhole {
			whole.Steps = nil
			whole.again = l.texts.whole
			delete(l.read, path)
		}
		files = append(files, whole)
	}
	for _, f := range files {
		f.partial, f.unsure = len(l.faults) > 0, l.lost || misspelt(l.faults, "vars", "capture", "include")
	}
	return files, l.faults.orNil()
}

// misspelt says whether one of the keys was probably meant by a word that is none.
func misspelt(faults Faults, keys ...string) bool {
	return slices.ContainsFunc(faults, func(f *Fault) bool { return slices.Contains(keys, f.Near) })
}

// keptWhole is how many scenarios of a set stay parsed. The rest are parsed anew when they run, from the text that was
// found right, so that the memory does not grow with the set.
const keptWhole = 100

// texts are files as they were read, by path.
type texts map[string][]byte

// whole parses a file once more, with all that it includes.
func (t texts) whole(path string) *File {
	l := &loader{texts: t, read: map[string]*File{}}
	f, _ := parse(path, t[path]) // it had no fault
	return l.whole(f, nil)
}

// whole gives the file with its steps.
func (f *File) whole() *File {
	if f.again == nil {
		return f
	}
	return f.again(f.File)
}

type loader struct {
	texts  texts
	read   map[string]*File // by path
	faults Faults
	lost   bool // an included file is missing
}

// expand puts the files of a folder in its place.
func (l *loader) expand(paths []string) []string {
	var files []string
	for _, path := range paths {
		path = filepath.Clean(path)
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			files = append(files, path) // reading it will say what is wrong
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			l.faults.add(Place{File: path}, "", "the folder cannot be read: %s", reason(err))
			continue
		}
		before := len(files)
		for _, e := range entries {
			if ext := filepath.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
		if len(files) == before {
			l.faults.add(Place{File: path}, "", "the folder holds no scenario (*.yaml, *.yml)")
		}
	}
	return files
}

// file reads a file once; its faults are counted once.
func (l *loader) file(path string) (*File, error) {
	if f := l.read[path]; f != nil {
		return f, nil
	}
	data, err := l.text(path)
	if err != nil {
		return nil, err
	}
	f, faults := parse(path, data)
	l.read[path] = f
	l.faults = append(l.faults, faults...)
	return f, nil
}

// maxScenario bounds a scenario file, in bytes, and maxNesting how deep brackets may stand in brackets: the parser takes
// much longer than in proportion for what nobody has written by hand.
const (
	maxScenario = 16 << 20
	maxNesting  = 100
)

func (l *loader) text(path string) ([]byte, error) {
	if data, ok := l.texts[path]; ok {
		return data, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxScenario+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > maxScenario:
		return nil, fmt.Errorf("it is longer than %d MiB", maxScenario>>20)
	}
	l.texts[path] = data
	return data, nil
}

// whole gives the file with all that it includes. above are the files that include it, for cycles.
func (l *loader) whole(f *File, above []string) *File {
	above = append(slices.Clone(above), f.File)
	whole := *f
	whole.Steps, whole.Vars = nil, slices.Clone(f.Vars)
	for _, name := range f.Include {
		path := filepath.Join(filepath.Dir(f.File), filepath.FromSlash(name.Value))
		if filepath.IsAbs(name.Value) {
			path = filepath.Clean(name.Value)
		}
		if slices.Contains(above, path) {
			l.faults.add(name.Place, "", "%.60q includes itself: %.200q", name.Value, strings.Join(append(above, path), " > "))
			continue
		}
		included, err := l.file(path)
		if err != nil {
			l.faults.add(name.Place, "", "%.60q cannot be included: %s", name.Value, reason(err))
			l.lost = true
			continue
		}
		part := l.whole(included, above)
		whole.Steps = append(whole.Steps, part.Steps...)
		for _, v := range part.Vars {
			if !slices.ContainsFunc(whole.Vars, func(own Entry[Text]) bool { return own.Key == v.Key }) {
				whole.Vars = append(whole.Vars, v)
			}
		}
	}
	whole.Steps = append(whole.Steps, f.Steps...)
	return &whole
}

// reason is an error of the file system without the path, which the fault names already.
func reason(err error) string {
	var path *fs.PathError
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
