package settings

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile writes a temporary file and renames it, so that no reader sees an incomplete file. A new file gets this mode; an
// existing one keeps its own. A pipe or a device is written directly.
func WriteFile(name string, mode fs.FileMode, write func(io.Writer) error) error {
	info, err := os.Stat(name)
	switch {
	case err != nil: // a new file
		return replaceFile(name, mode, write)
	case info.IsDir():
		return errors.New("it is a directory")
	case !info.Mode().IsRegular():
		return writeInto(name, write)
	}
	file, err := filepath.EvalSymlinks(name) // the target of a link
	if err != nil {
		return err
	}
	return replaceFile(file, info.Mode().Perm(), write)
}

func writeInto(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func replaceFile(name string, mode fs.FileMode, write func(io.Writer) error) error {
	temp, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	if err := errors.Join(write(temp), temp.Chmod(mode), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}
