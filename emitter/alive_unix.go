//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package emitter

import (
	"net"
	"syscall"
)

// rawConn returns the socket of a connection, or nil if it has none.
func rawConn(conn net.Conn) syscall.RawConn {
	socket, ok := socketOf(conn).(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// connAlive reports whether an idle connection is open and has nothing to read. A connection on which the receiver has sent
// unexpected data cannot be used again.
func (d *directConn) connAlive() bool {
	if d.raw == nil {
		return true
	}
	d.alive = false
	return d.raw.Read(d.peek) == nil && d.alive
}

func (d *directConn) peekSocket(fd uintptr) bool {
	var one [1]byte
	_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	d.alive = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK || err == syscall.EINTR
	return true
}
