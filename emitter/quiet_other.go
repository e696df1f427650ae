//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package emitter

import (
	"net"
	"syscall"
)

// rawConn gives nil: there is no way here to look at a socket without waiting.
func rawConn(net.Conn) syscall.RawConn { return nil }

// quiet takes an idle connection for open. One that the receiver has just closed fails with the next request.
func (l *line) quiet() bool { return true }

func (l *line) peek(uintptr) bool { return true }
