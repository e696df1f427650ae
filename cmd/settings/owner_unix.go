//go:build unix

package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkOwner returns an error if a user other than this one and root owns the file, or if everybody can write to it.
func checkOwner(_ string, info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return errors.New("its owner is unknown")
	case stat.Uid != 0 && int(stat.Uid) != os.Geteuid():
		return fmt.Errorf("it belongs to another user (uid %d)", stat.Uid)
	case info.Mode()&fs.ModeSymlink == 0 && info.Mode().Perm()&0o002 != 0:
		return errors.New("everybody can write to it")
	}
	return nil
}
