package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"unsafe"

	"golang.org/x/sys/windows"
)

// checkOwner returns an error if the owner of the file is neither this user nor the system nor an administrator, or if
// everybody can write to the file.
func checkOwner(path string, _ fs.FileInfo) error {
	security, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return fmt.Errorf("its owner is unknown: %w", err)
	}
	owner, _, err := security.Owner()
	if err != nil {
		return fmt.Errorf("its owner is unknown: %w", err)
	}
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fmt.Errorf("the current user is unknown: %w", err)
	}
	if !owner.Equals(user.User.Sid) && !owner.IsWellKnown(windows.WinBuiltinAdministratorsSid) && !owner.IsWellKnown(windows.WinLocalSystemSid) {
		return fmt.Errorf("it belongs to another user (%s)", owner)
	}
	access, _, err := security.DACL()
	if errors.Is(err, windows.ERROR_OBJECT_NOT_FOUND) || err == nil && access == nil {
		return errors.New("everybody can write to it") // no list of permissions allows everything
	}
	if err != nil {
		return fmt.Errorf("its permissions are unknown: %w", err)
	}
	return checkEveryone(access)
}

// checkEveryone returns an error if an entry of the list lets everybody write.
func checkEveryone(access *windows.ACL) error {
	const write = windows.FILE_WRITE_DATA | windows.FILE_APPEND_DATA | windows.WRITE_DAC | windows.WRITE_OWNER | windows.GENERIC_WRITE | windows.GENERIC_ALL
	for i := range uint32(access.AceCount) {
		var entry *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(access, i, &entry); err != nil {
			return fmt.Errorf("its permissions are unknown: %w", err)
		}
		if entry.Header.AceType != windows.ACCESS_ALLOWED_ACE_TYPE || entry.Mask&write == 0 {
			continue
		}
		if sid := (*windows.SID)(unsafe.Pointer(&entry.SidStart)); sid.IsWellKnown(windows.WinWorldSid) {
			return errors.New("everybody can write to it")
		}
	}
	return nil
}
