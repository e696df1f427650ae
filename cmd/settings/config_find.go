package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ConfigNames returns the names under which artihook.yaml is found. The first that exists is used.
func ConfigNames() []string { return []string{ConfigName, "artihook.yml"} }

// findConfig returns the path of the nearest configuration file: relative if it is in the working directory, absolute
// if it is above, "" if there is none. It searches upwards as far as the root of the repository or the home directory,
// whichever is nearer. Outside of both it searches the working directory only, because anybody may write to a
// directory such as /tmp.
func findConfig() string {
	if path := configIn(""); path != "" {
		return path
	}
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	found := ""
	for {
		if found == "" {
			found = configIn(dir)
		}
		if isRepository(dir) || isHome(dir) {
			return found
		}
		above := filepath.Dir(dir)
		if above == dir {
			return ""
		}
		dir = above
	}
}

// configIn returns the path of the configuration file in the directory, "" if there is none.
func configIn(dir string) string {
	for _, name := range ConfigNames() {
		if path := filepath.Join(dir, name); FileExists(path) {
			return path
		}
	}
	return ""
}

func isRepository(dir string) bool { return FileExists(filepath.Join(dir, ".git")) }

func isHome(dir string) bool {
	name, err := os.UserHomeDir()
	if err != nil {
		return false
	}
	home, err := os.Stat(name)
	if err != nil {
		return false
	}
	info, err := os.Stat(dir)
	return err == nil && os.SameFile(home, info)
}

// readFoundConfig reads a configuration file that the user did not name. It returns an error if another user controls
// the file.
func readFoundConfig(path string) ([]byte, error) {
	untrusted := func(err error) error {
		return fmt.Errorf("%s: %w; read it, and if you trust it, use --config %s or %sCONFIG", path, err, path, EnvPrefix)
	}
	if err := checkOwners(path); err != nil {
		return nil, untrusted(err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, PlainError(err))
	}
	defer f.Close()
	info, err := f.Stat() // of the file that is read, which may have been replaced
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, PlainError(err))
	}
	if err := checkOwner(path, info); err != nil {
		return nil, untrusted(err)
	}
	return ReadBounded(path, f)
}

// checkOwners returns an error if another user controls the file or the symbolic link that leads to it.
func checkOwners(path string) error {
	for _, stat := range []func(string) (fs.FileInfo, error){os.Lstat, os.Stat} {
		info, err := stat(path)
		if err != nil {
			return PlainError(err)
		}
		if err := checkOwner(path, info); err != nil {
			return err
		}
	}
	return nil
}

// checkFoundHistory returns an error if another user controls the history that a found configuration file names. A
// history that does not exist yet is created for the user alone.
func checkFoundHistory(path string) error {
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		err := checkOwners(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the history %q: %w; if you trust it, use --history %s", file, err, path)
		}
	}
	return nil
}
