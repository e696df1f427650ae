package scenarios

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Load reads scenario files, and those directly in folders (*.yaml and *.yml, by name), and puts the steps of included
// files before their own. The error is nil or [Faults]: all faults of all files, so that nothing is run from a set with a
// fault. A file that is named twice is read once.
func Load(paths []string) ([]*File, error) {
	l := &loader{read: map[string]*File{}}
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
		files = append(files, whole)
	}
	if err := l.faults.orNil(); err != nil {
		return nil, err
	}
	return files, nil
}

type loader struct {
	read   map[string]*File // by path
	faults Faults
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
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, faults := parse(path, data)
	l.read[path] = f
	l.faults = append(l.faults, faults...)
	return f, nil
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
