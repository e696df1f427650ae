package emitter

import (
	"context"
	"errors"
	"net"
	"strings"
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
