package format

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"artihook/fixtures/yamlfile"
)

// Load reads scenario files and the files in folders (*.yaml and *.yml, sorted by name, without subfolders), and puts the
// steps of included files before their own. A path that occurs twice is read once. The files that a scenario names must be
// below its folder, the working directory or root; root may be "".
//
// The error is nil or [yamlfile.Diagnostics], with all problems of all files. The caller must not run the files if there is
// an error: Load then returns the parts that it could read, for further checks.
func Load(paths []string, root string) ([]*File, error) {
	l := &loader{texts: texts{}, read: map[string]*File{}, root: root, opened: &opened{}}
	return l.load(l.expand(paths))
}

// LoadText is like Load for one scenario that is not in a file. name is its name in problems; the folder of the files that it names
// is the working directory.
func LoadText(name string, from io.Reader, root string) ([]*File, error) {
	data, err := readUpTo(from, maxScenario)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	l := &loader{texts: texts{name: data}, read: map[string]*File{}, root: root, opened: &opened{}}
	return l.load([]string{name})
}

func (l *loader) load(paths []string) ([]*File, error) {
	var files []*File
	seen := map[string]bool{}
	for _, path := range paths {
		if seen[path] {
			continue
		}
		seen[path] = true
		f, err := l.file(path)
		if err != nil {
			l.diags.Add(yamlfile.Place{File: path, Line: 1, Column: 1}, "", "the scenario cannot be read: %s", reason(err))
			continue
		}
		whole := l.scenario(f)
		if l.included <= MaxWork && checkWork(whole, &l.diags) {
			checkSequence(whole.All(), &l.diags)
		} else {
			whole.dropSteps() // checking them would take too long
		}
		if len(files) >= maxParsed {
			whole.dropSteps()
			whole.rows = nil
			whole.reparse = l.reparse
			delete(l.read, path)
		}
		files = append(files, whole)
	}
	for _, f := range files {
		f.Partial, f.Unsure = len(l.diags) > 0, l.includeFailed || misspelt(l.diags, "vars", "capture", "include")
	}
	return files, l.diags.Err()
}

func (f *File) dropSteps() { f.Setup, f.Steps, f.Teardown = nil, nil, nil }

// misspelt reports whether one of the keys was probably meant by an unknown word.
func misspelt(diags yamlfile.Diagnostics, keys ...string) bool {
	return slices.ContainsFunc(diags, func(d *yamlfile.Diagnostic) bool { return slices.Contains(keys, d.Near) })
}

// maxParsed is the number of scenarios of a set that stay parsed. The others are parsed again from their text when they run,
// to save memory.
const maxParsed = 100

// texts holds the contents of files by path.
type texts map[string][]byte

// reparse parses a file again, with the files that it includes. The first time, the file had no problem.
func (l *loader) reparse(path string) *File {
	fresh := &loader{texts: l.texts, read: map[string]*File{}, root: l.root, opened: l.opened}
	f, _ := parse(path, l.texts[path])
	return fresh.scenario(f)
}

// Whole returns the file with its steps. Load keeps only the text of some files; Whole parses it again.
func (f *File) Whole() *File {
	if f.reparse == nil {
		return f
	}
	return f.reparse(f.File)
}

// loader reads the files of one call of Load.
type loader struct {
	texts  texts
	read   map[string]*File // by path
	root   string           // a further folder for files, or ""
	opened *opened
	diags  yamlfile.Diagnostics

	includeFailed bool // a file could not be included

	// Of the scenario that is being loaded:
	roots    roots
	included int // number of included files so far
	bytes    int // total size of these files
}

// expand replaces each folder by its files.
func (l *loader) expand(paths []string) []string {
	var files []string
	for _, path := range paths {
		path = filepath.Clean(path)
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			files = append(files, path) // reading it reports an error
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			l.diags.Add(yamlfile.Place{File: path, Line: 1, Column: 1}, "", "the folder cannot be read: %s", reason(err))
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
				l.diags.Add(yamlfile.Place{File: file, Line: 1, Column: 1}, "", "the scenario cannot be read: %s", reason(err))
				files = files[:len(files)-1]
				before--
			}
		}
		if len(files) == before {
			l.diags.Add(yamlfile.Place{File: path, Line: 1, Column: 1}, "", "the folder has no scenario; put a *.yaml or *.yml file into it, or name another folder")
		}
	}
	return files
}

// file returns the parsed file that the user named.
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

// parsed returns a parsed file. It reads and parses each file once.
func (l *loader) parsed(path string, read func() ([]byte, error)) (*File, error) {
	if f := l.read[path]; f != nil {
		return f, nil
	}
	l.opened.add(path)
	data, ok := l.texts[path]
	if !ok {
		var err error
		if data, err = read(); err != nil {
			return nil, err
		}
		l.texts[path] = data
	}
	f, diags := parse(path, data)
	l.read[path] = f
	l.diags = append(l.diags, diags...)
	return f, nil
}

// maxScenario is the size of a scenario file, in bytes.
const maxScenario = 16 << 20

// scenario returns a file that the user named, together with the files that it includes.
func (l *loader) scenario(f *File) *File {
	l.roots, l.included, l.bytes = rootsOf(f.File, l.root), 0, 0
	whole := l.whole(f, nil)
	whole.roots, whole.opened = l.roots, l.opened
	if f.Data.Given() {
		l.data(whole)
	}
	return whole
}

// data reads the rows of a scenario.
func (l *loader) data(f *File) {
	path := f.below(f.Data.Value)
	l.opened.add(path)
	data, ok := l.texts[path]
	var err error
	if !ok {
		if data, err = l.roots.read(path, maxScenario); err == nil {
			l.texts[path] = data
		}
	}
	if err == nil {
		f.rows, err = parseRows(path, data)
	}
	if err != nil {
		l.diags.Add(f.Data.Place, "", "%.60q cannot be read: %s", f.Data.Value, reason(err))
	}
}

// below returns the path of a file that the scenario names, which is relative to the folder of the scenario.
func (f *File) below(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(filepath.Dir(f.File), filepath.FromSlash(name))
}

// whole returns the file together with the files that it includes. above are the files that include this one.
func (l *loader) whole(f *File, above []string) *File {
	above = append(slices.Clone(above), f.File)
	whole := *f
	whole.dropSteps()
	whole.Vars = slices.Clone(f.Vars)
	own := map[string]bool{}
	for _, v := range f.Vars {
		own[v.Key] = true
	}
	for _, name := range f.Include {
		included, err := l.include(f, name, above)
		if err != nil {
			l.diags.Add(name.Place, "", "%.60q cannot be included: %s", name.Value, reason(err))
			l.includeFailed = true
			if errors.Is(err, errTooManyIncludes) {
				break
			}
			continue
		}
		part := l.whole(included, above)
		whole.Setup, whole.Steps = append(whole.Setup, part.Setup...), append(whole.Steps, part.Steps...)
		whole.Teardown = append(whole.Teardown, part.Teardown...)
		for _, v := range part.Vars {
			if !own[v.Key] {
				own[v.Key] = true
				whole.Vars = append(whole.Vars, v)
			}
		}
		if l.included > MaxWork { // the problem is reported already
			break
		}
	}
	whole.Setup, whole.Steps = append(whole.Setup, f.Setup...), append(whole.Steps, f.Steps...)
	whole.Teardown = append(slices.Clone(f.Teardown), whole.Teardown...)
	return &whole
}

// maxIncludeDepth is the limit for files that include each other.
const maxIncludeDepth = 100

// errTooManyIncludes is the error for included files beyond MaxWork or maxIncluded.
var errTooManyIncludes = fmt.Errorf("the scenario includes more than %d files or %d MiB of them, the limit for one scenario", MaxWork, maxIncluded>>20)

// include returns the parsed file that another one includes under a name.
func (l *loader) include(by *File, name Text, above []string) (*File, error) {
	path := by.below(name.Value)
	switch {
	case slices.Contains(above, path):
		return nil, fmt.Errorf("it includes itself: %.200q", strings.Join(append(above, path), " > "))
	case len(above) > maxIncludeDepth:
		return nil, fmt.Errorf("files include each other more than %d deep", maxIncludeDepth)
	}
	before := len(l.diags)
	f, err := l.parsed(path, func() ([]byte, error) { return l.roots.read(path, maxScenario) })
	if err != nil {
		return nil, err
	}
	if f.notScenario {
		l.diags = l.diags[:before] // they may quote any file of this machine
		return nil, errors.New("it is not a scenario: it has no name and steps")
	}
	l.included++
	l.bytes += len(l.texts[path])
	if l.included > MaxWork || l.bytes > maxIncluded {
		l.included = MaxWork + 1
		return nil, errTooManyIncludes
	}
	return f, nil
}

// reason returns the text of an error of the file system without the path, which is in the problem already.
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
