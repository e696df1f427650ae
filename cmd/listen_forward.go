package cmd

import (
	"context"
	"net"
	"slices"
	"strconv"
	"time"

	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// forwardsToItself reports whether forwarded deliveries would come back to the listener, by its address or by its public
// URL.
func forwardsToItself(ctx context.Context, opt *receiver.Options, listener net.Listener) bool {
	if opt.Forward == nil {
		return false
	}
	to, public := opt.Forward.To, opt.PublicURL
	if to.Scheme == public.Scheme && to.Host == public.Host && (to.Target == "/" || to.Target == public.Target) {
		return true
	}
	own, ok := listener.Addr().(*net.TCPAddr)
	return ok && slices.ContainsFunc(addressesOf(ctx, to, own.Port), func(ip net.IP) bool { return reaches(ip, own.IP) })
}

// addressesOf returns the IP addresses of the host of a URL, none if the URL has another port.
func addressesOf(ctx context.Context, url signature.URL, port int) []net.IP {
	host, number, err := net.SplitHostPort(url.Address())
	if err != nil || number != strconv.Itoa(port) {
		return nil
	}
	if ip := net.ParseIP(host); ip != nil {
		return []net.IP{ip}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil {
		return nil // forwarding to it fails too
	}
	var ips []net.IP
	for _, address := range addresses {
		ips = append(ips, address.IP)
	}
	return ips
}

// reaches reports whether a connection to ip arrives at a listener on own. A connection to an unspecified address goes to
// loopback. A listener on an unspecified address accepts connections to all addresses of this machine.
func reaches(ip, own net.IP) bool {
	switch {
	case ip.IsUnspecified():
		return own.IsUnspecified() || own.IsLoopback()
	case !own.IsUnspecified():
		return ip.Equal(own)
	case ip.IsLoopback():
		return true
	}
	addresses, err := net.InterfaceAddrs()
	return err == nil && slices.ContainsFunc(addresses, func(a net.Addr) bool {
		network, ok := a.(*net.IPNet)
		return ok && network.IP.Equal(ip)
	})
}
