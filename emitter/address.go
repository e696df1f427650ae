package emitter

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"artihook/emitter/signature"
)

// IsNear reports whether the host of the URL is this machine or in a private network. A name that does not exist counts as
// near, because nothing can be sent to it.
func IsNear(ctx context.Context, url signature.URL) bool {
	host, _, err := net.SplitHostPort(url.Address())
	if err != nil {
		return false
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		var dnsError *net.DNSError
		return errors.As(err, &dnsError) && dnsError.IsNotFound
	}
	for _, address := range addresses {
		address = address.Unmap()
		if !address.IsLoopback() && !address.IsPrivate() && !address.IsLinkLocalUnicast() && !address.IsUnspecified() {
			return false
		}
	}
	return true
}

// metadataNetworks have the addresses at which clouds serve the credentials of a machine.
var metadataNetworks = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("fd00:ec2::254/128"),
}

// metadataError is the error of a connection to a metadata address, with Options.BlockMetadata.
type metadataError struct{ address netip.Addr }

func (e *metadataError) Error() string {
	return fmt.Sprintf("%s is a metadata address of a cloud, to which nothing is sent", e.address)
}

// CheckMetadata returns an error if the host of the URL is a metadata address. It does not look up names.
func CheckMetadata(url signature.URL) error { return checkMetadata(url.Address()) }

func checkMetadata(address string) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil // a name
	}
	ip := target.Addr().Unmap().WithZone("")
	for _, network := range metadataNetworks {
		if network.Contains(ip) {
			return &metadataError{ip}
		}
	}
	return nil
}

// dialer returns the dialer of the options.
func (o *Options) dialer() *net.Dialer {
	if !o.BlockMetadata {
		return &net.Dialer{}
	}
	return &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error { return checkMetadata(address) }}
}
