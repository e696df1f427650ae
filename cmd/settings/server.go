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

// ParseAddr reads --addr. Without a host it is a loopback address, so that no port opens to the network by accident.
func ParseAddr(s string) (string, error) {
	host, port, err := net.SplitHostPort(s)
	if number, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil || number > 65535 {
		return "", errors.New("want host:port, like 127.0.0.1:8000")
	}
	return net.JoinHostPort(cmp.Or(host, "127.0.0.1"), port), nil
}

// ListenOn never opens a port to the whole network unless told.
func ListenOn(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; give another --addr", addr, socketError(err))
	}
	return listener, nil
}

// socketError cuts off what the message around it says anyway.
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

// NewServer bounds in time what a client can hold open.
func NewServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       log.New(io.Discard, "", 0), // what clients do wrong in the protocol is no news
	}
}

// Serve runs until ctx ends, which is how a user ends it and no error.
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
		<-down // those who are being answered get their answer
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
