package format

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// roots are the folders that hold the files that a scenario may name. A scenario from another person must not send other
// files of this machine.
type roots []string

// rootsOf returns the scenario's own folder, the working directory, and the folder of --root if there is one.
func rootsOf(scenario, root string) roots {
	r := roots{filepath.Dir(scenario), "."}
	if root != "" {
		r = append(r, root)
	}
	return r
}

// contains reports whether a file is below one of the folders once all symbolic links are resolved.
func (r roots) contains(path string) (bool, error) {
	file, err := physical(path)
	if err != nil {
		return false, err
	}
	for _, root := range r {
		folder, err := physical(root)
		if err != nil {
			continue // a missing folder holds no file
		}
		if below, err := filepath.Rel(folder, file); err == nil && filepath.IsLocal(below) {
			return true, nil
		}
	}
	return false, nil
}

// physical returns the absolute path with all symbolic links resolved.
func physical(path string) (string, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// read reads a file that a scenario names. It must be a regular file: others never end (/dev/zero) or wait for a writer (a
// FIFO). The error does not name the file.
func (r roots) read(path string, limit int) ([]byte, error) {
	below, err := r.contains(path)
	switch {
	case err != nil:
		return nil, err
	case !below:
		return nil, errors.New("it is not below the scenario's folder or the working directory; allow another folder with --root")
	}
	if err := regular(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // it may have become a FIFO since
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readUpTo(f, limit)
}

func regular(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	return err
}

func readUpTo(r io.Reader, limit int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && len(data) > limit {
		return nil, fmt.Errorf("it is longer than %d MiB, the limit for one file", limit>>20)
	}
	return data, err
}

// ReadFile reads a file that the scenario names. It must be a regular file of at most 64 MiB below the scenario's folder,
// the working directory or the root of Load. The error does not name the file.
func (f *File) ReadFile(path string) ([]byte, error) {
	f.opened.add(path)
	data, err := f.roots.read(path, maxFile)
	if err != nil {
		return nil, errors.New(reason(err))
	}
	return data, nil
}

// maxFile is the size of a file that a scenario names, in bytes.
const maxFile = 64 << 20
