//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package emitter

import (
	"crypto/tls"
	"net"
	"syscall"
)

// rawConn gives the socket under a connection, nil where there is none.
func rawConn(conn net.Conn) syscall.RawConn {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// quiet reports whether an idle connection is open and silent. A receiver that has closed it, or says something that
// nobody asked for, makes it useless.
func (l *line) quiet() bool {
	if l.raw == nil {
		return true
	}
	l.silent = false
	return l.raw.Read(l.look) == nil && l.silent
}

func (l *line) peek(fd uintptr) bool {
	var one [1]byte
	_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	l.silent = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK || err == syscall.EINTR
	return true
}
