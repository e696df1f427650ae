package format

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"artihook/fixtures/yamlfile"
)

// Load reads scenario files, and those directly in folders (*.yaml and *.yml, by name), and puts the steps of included
// files before their own. The error is nil or [Faults]: all faults of all files, so that nothing is run from a set with a
// fault; the files are then what could be read of them, in which [Lint] may find more. A file that is named twice is read
// once. The files that a scenario names must be below its folder, the working directory or root; "" is no further folder.
func Load(paths []string, root string) ([]*File, error) {
	l := &loader{texts: texts{}, read: map[string]*File{}, root: root}
	var files []*File
	seen := map[string]bool{}
	for _, path := range l.expand(paths) {
		if seen[path] {
			continue
		}
		seen[path] = true
		f, err := l.file(path)
		if err != nil {
			l.faults.Add(yamlfile.Place{File: path, Line: 1, Column: 1}, "", "the scenario cannot be read: %s", reason(err))
			continue
		}
		whole := l.scenario(f)
		if l.included <= maxWork && checkWork(whole, &l.faults) {
			checkSequence(whole.Steps, &l.faults)
		} else {
			whole.Steps = nil // a look at them would take too long
		}
		if len(files) >= keptWhole {
			whole.Steps = nil
			whole.again = l.again
			delete(l.read, path)
		}
		files = append(files, whole)
	}
	for _, f := range files {
		f.Partial, f.Unsure = len(l.faults) > 0, l.lost || misspelt(l.faults, "vars", "capture", "include")
	}
	return files, l.faults.Err()
}

// misspelt says whether one of the keys was probably meant by a word that is none.
func misspelt(faults yamlfile.Diagnostics, keys ...string) bool {
	return slices.ContainsFunc(faults, func(f *yamlfile.Diagnostic) bool { return slices.Contains(keys, f.Near) })
}

// keptWhole is how many scenarios of a set stay parsed. The rest are parsed anew when they run, from the text that was
// found right, so that the memory does not grow with the set.
const keptWhole = 100

// texts are files as they were read, by path.
type texts map[string][]byte

// again parses a file once more, with all that it includes.
func (l *loader) again(path string) *File {
	once := &loader{texts: l.texts, read: map[string]*File{}, root: l.root}
	f, _ := parse(path, l.texts[path]) // it had no fault
	return once.scenario(f)
}

// Whole returns the file with its steps. Load keeps only the text of some files; Whole parses it again.
func (f *File) Whole() *File {
	if f.again == nil {
		return f
	}
	return f.again(f.File)
}

type loader struct {
	texts  texts
	read   map[string]*File // by path
	root   string           // files may come from below it, too
	faults yamlfile.Diagnostics
	lost   bool // an included file is missing

	below    roots // of the scenario that is being put together
	included int   // files so far, in the same
	bytes    int   // of those files
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
			l.faults.Add(yamlfile.Place{File: path, Line: 1, Column: 1}, "", "the folder cannot be read: %s", reason(err))
			continue
		}
		before := len(files)
		for _, e := range entries {
			ext := filepath.Ext(e.Name())
			if e.IsDir() || ext != ".yaml" && ext != ".yml" {
				continue
			}
			file := filepath.Join(path, e.Name())
			files = append(files, file)
			if err := regular(file); err != nil {
				l.faults.Add(yamlfile.Place{File: file, Line: 1, Column: 1}, "", "the scenario cannot be read: %s", reason(err))
				files = files[:len(files)-1]
				before--
			}
		}
		if len(files) == before {
			l.faults.Add(yamlfile.Place{File: path, Line: 1, Column: 1}, "", "the folder holds no scenario (*.yaml, *.yml)")
		}
	}
	return files
}

// file reads a file that the user named.
func (l *loader) file(path string) (*File, error) {
	return l.parsed(path, func() ([]byte, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return readUpTo(f, maxScenario)
	})
}

// parsed parses a file once; its faults are counted once.
func (l *loader) parsed(path string, read func() ([]byte, error)) (*File, error) {
	if f := l.read[path]; f != nil {
		return f, nil
	}
	data, ok := l.texts[path]
	if !ok {
		var err error
		if data, err = read(); err != nil {
			return nil, err
		}
		l.texts[path] = data
	}
	f, faults := parse(path, data)
	l.read[path] = f
	l.faults = append(l.faults, faults...)
	return f, nil
}

// maxScenario is the size of a scenario file, in bytes, and maxNesting how deep brackets may be nested: the parser takes
// far longer than in proportion for what nobody writes by hand.
const (
	maxScenario = 16 << 20
)

// scenario returns a file that the user named with all that it includes.
func (l *loader) scenario(f *File) *File {
	l.below, l.included, l.bytes = rootsOf(f.File, l.root), 0, 0
	whole := l.whole(f, nil)
	whole.roots = l.below
	return whole
}

// whole returns the file with all that it includes. above are the files that include it.
func (l *loader) whole(f *File, above []string) *File {
	above = append(slices.Clone(above), f.File)
	whole := *f
	whole.Steps, whole.Vars = nil, slices.Clone(f.Vars)
	own := map[string]bool{}
	for _, v := range f.Vars {
		own[v.Key] = true
	}
	for _, name := range f.Include {
		included, err := l.include(f, name, above)
		if err != nil {
			l.faults.Add(name.Place, "", "%.60q cannot be included: %s", name.Value, reason(err))
			l.lost = true
			if errors.Is(err, errTooMuch) {
				break
			}
			continue
		}
		part := l.whole(included, above)
		whole.Steps = append(whole.Steps, part.Steps...)
		for _, v := range part.Vars {
			if !own[v.Key] {
				own[v.Key] = true
				whole.Vars = append(whole.Vars, v)
			}
		}
		if l.included > maxWork { // a file below said so
			break
		}
	}
	whole.Steps = append(whole.Steps, f.Steps...)
	return &whole
}

// maxIncludeDepth is how deep files may include each other.
const maxIncludeDepth = 100

// errTooMuch is the end of a scenario's budget.
var errTooMuch = fmt.Errorf("the scenario includes more than %d files or %d MiB of them, the limit for one scenario", maxWork, MaxBytes>>20)

// include reads a file that another one includes.
func (l *loader) include(by *File, name Text, above []string) (*File, error) {
	path := filepath.Join(filepath.Dir(by.File), filepath.FromSlash(name.Value))
	if filepath.IsAbs(name.Value) {
		path = filepath.Clean(name.Value)
	}
	switch {
	case slices.Contains(above, path):
		return nil, fmt.Errorf("it includes itself: %.200q", strings.Join(append(above, path), " > "))
	case len(above) > maxIncludeDepth:
		return nil, fmt.Errorf("files include each other more than %d deep", maxIncludeDepth)
	}
	before := len(l.faults)
	f, err := l.parsed(path, func() ([]byte, error) { return l.below.read(path, maxScenario) })
	if err != nil {
		return nil, err
	}
	if f.other {
		l.faults = l.faults[:before] // they may quote any file of this machine
		return nil, errors.New("it is not a scenario: it has no name and steps")
	}
	l.included++
	l.bytes += len(l.texts[path])
	if l.included > maxWork || l.bytes > MaxBytes {
		l.included = maxWork + 1
		return nil, errTooMuch
	}
	return f, nil
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
