//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package emitter

import (
	"net"
	"syscall"
)

// rawConn returns nil: this system has no read of a socket that does not block.
func rawConn(net.Conn) syscall.RawConn { return nil }

// connAlive assumes that an idle connection is open. If the receiver has just closed it, the next request fails.
func (d *directConn) connAlive() bool { return true }

func (d *directConn) peekSocket(uintptr) bool { return true }
