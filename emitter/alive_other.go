//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package emitter

import (
	"net"
	"syscall"
)

// rawConn returns nil: a socket cannot be looked at without waiting on this system.
func rawConn(net.Conn) syscall.RawConn { return nil }

// connAlive assumes that an idle connection is open. The next request fails if the receiver has just closed it.
func (d *directConn) connAlive() bool { return true }

func (d *directConn) peekSocket(uintptr) bool { return true }
