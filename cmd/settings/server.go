package settings

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// ParseAddr parses the value of --addr, host:port. Without a host it returns a loopback address, so that no port opens to the network
// by accident.
func ParseAddr(s string) (string, error) {
	host, port, err := net.SplitHostPort(s)
	if number, parseErr := strconv.ParseUint(port, 10, 16); err != nil || parseErr != nil || number > 65535 {
		return "", errors.New("want host:port, like 127.0.0.1:8000")
	}
	return net.JoinHostPort(cmp.Or(host, "127.0.0.1"), port), nil
}

// ListenOn listens on the TCP address. The error names the address and --addr.
func ListenOn(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; give another --addr", addr, socketError(err))
	}
	return listener, nil
}

// socketError returns the error of the system call, because the message names the operation and the address.
func socketError(err error) error {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err
	}
	return err
}

// OnLoopback reports whether only this machine can reach the address of a listener.
func OnLoopback(address net.Addr) bool {
	host, _, err := net.SplitHostPort(address.String())
	return err != nil || net.ParseIP(host).IsLoopback()
}

// NewServer returns a server with time limits for slow clients. WriteTimeout is 2 minutes.
func NewServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       log.New(io.Discard, "", 0), // protocol errors of clients do not matter
	}
}

// Serve runs the server until ctx is done, and returns nil then. Requests that are being served have a second to finish.
func Serve(ctx context.Context, server *http.Server, listener net.Listener) error {
	down := make(chan struct{})
	watching := context.AfterFunc(ctx, func() {
		defer close(down)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			server.Close()
		}
	})
	err := server.Serve(listener)
	if !watching() {
		<-down // the running requests finish
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
