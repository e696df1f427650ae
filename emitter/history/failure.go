package history

import (
	"slices"
)

// The names of failures, in Delivery.Error. They are stable: histories, reports and scripts depend on them.
const (
	FailureRefused     = "refused"     // nothing listens at the address
	FailureTimeout     = "timeout"     // the response was not complete in time
	FailureReset       = "reset"       // the receiver reset the connection
	FailureClosed      = "closed"      // the receiver closed the connection before its response was complete
	FailureTLS         = "tls"         // no trusted TLS connection
	FailureProxy       = "proxy"       // no connection through the proxy
	FailureDNS         = "dns"         // the host name was not found
	FailureUnreachable = "unreachable" // no route to the host
	FailureMalformed   = "malformed"   // the response is not valid HTTP/1.1
	FailureCancelled   = "cancelled"   // the sender was interrupted
	FailureCut         = "cut"         // the sender closed the connection in the middle of the body, as requested
	FailureOther       = "other"       // any other failure
)

// oldFailureOther is the name that earlier versions recorded for FailureOther.
const oldFailureOther = "failed"

// currentError returns the present name of a recorded error.
func currentError(name string) string {
	if name == oldFailureOther {
		return FailureOther
	}
	return name
}

// FailureNames returns the names of all failures. Parsers, help and documents use this list.
func FailureNames() []string {
	return []string{
		FailureRefused, FailureTimeout, FailureReset, FailureClosed, FailureTLS, FailureProxy, FailureDNS, FailureUnreachable,
		FailureMalformed, FailureCancelled, FailureCut, FailureOther,
	}
}

// NotConnected reports whether a failure of that name means that there was no connection to the receiver.
func NotConnected(name string) bool {
	return slices.Contains([]string{FailureRefused, FailureDNS, FailureUnreachable, FailureTLS, FailureProxy}, name)
}

// StatusNames returns the names that are valid in Filter.Status, besides codes and classes.
func StatusNames() []string {
	return append(FailureNames(), StatusOK, StatusFailed, ErrorUnknown)
}

// CheckStatus returns an error if Filter.Status cannot have this value.
func CheckStatus(statuses string) error {
	_, err := parseStatuses(statuses)
	return err
}
