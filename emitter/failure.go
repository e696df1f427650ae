package emitter

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

// failure is why a delivery got no whole answer.
type failure struct {
	name   string // one of the Failure… constants
	reason string // a plain sentence for people; it holds no URL
}

// The names of failures, in Delivery.Error. They are short and stable: history, reports and scripts depend on them.
const (
	FailureRefused     = "refused"     // nobody listens there
	FailureTimeout     = "timeout"     // not all of the answer came in time
	FailureReset       = "reset"       // the receiver broke the connection off
	FailureClosed      = "closed"      // the receiver closed the connection before its answer was whole
	FailureTLS         = "tls"         // no trusted TLS connection
	FailureDNS         = "dns"         // the host name leads nowhere
	FailureUnreachable = "unreachable" // no way to the host
	FailureMalformed   = "malformed"   // what came back is not HTTP/1.1
	FailureCancelled   = "cancelled"   // the sender was interrupted
	FailureCut         = "cut"         // the sender broke off in mid-body, as told (Manner)
	FailureOther       = "failed"      // anything else
)

// FailureNames lists the names.
func FailureNames() []string {
	return []string{
		FailureRefused, FailureTimeout, FailureReset, FailureClosed, FailureTLS, FailureDNS, FailureUnreachable, FailureMalformed,
		FailureCancelled, FailureCut, FailureOther,
	}
}

// NameFailure gives the name of what net/http says, and the reason in words. It is for those who ask beside an Emitter;
// timeout is the one that they had set.
func NameFailure(err error, timeout time.Duration) (name, reason string) {
	f := failureOf(err, timeout, false)
	return f.name, f.reason
}

// Windows has numbers of its own for what syscall names after Unix; no Unix uses them.
const (
	wsaAborted     syscall.Errno = 10053
	wsaReset       syscall.Errno = 10054
	wsaRefused     syscall.Errno = 10061
	wsaUnreachable syscall.Errno = 10065
)

// failureOf names err. Whether any byte had come back tells a silent close from a broken answer.
func failureOf(err error, timeout time.Duration, answered bool) failure {
	var dns *net.DNSError
	var timer net.Error
	switch {
	case errors.Is(err, errCut):
		return failure{FailureCut, "the connection was cut in the middle of the body, on purpose"}
	case errors.Is(err, context.Canceled):
		return failure{FailureCancelled, "the delivery was interrupted; the receiver may have it all the same"}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timer) && timer.Timeout():
		return failure{FailureTimeout, timeoutReason(timeout, answered)}
	case errors.As(err, &dns):
		return failure{FailureDNS, dnsReason(dns)}
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, wsaRefused):
		return failure{FailureRefused, "nobody listens there; is the receiver running, and is the port right?"}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, wsaUnreachable):
		return failure{FailureUnreachable, "there is no network route to the host"}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED),
		errors.Is(err, wsaReset), errors.Is(err, wsaAborted):
		return failure{FailureReset, "the receiver broke the connection off"}
	case errors.Is(err, io.EOF) && !answered:
		return failure{FailureClosed, "the receiver closed the connection without an answer"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return failure{FailureClosed, "the receiver closed the connection before its answer was whole"}
	case isTLS(err):
		return failure{FailureTLS, tlsReason(err)}
	case answered:
		return failure{FailureMalformed, "what came back is not an HTTP/1.1 response"}
	}
	return failure{FailureOther, "the delivery failed: " + innermost(err).Error()}
}

func dnsReason(err *net.DNSError) string {
	if err.IsNotFound {
		return fmt.Sprintf("the host name %q was not found; check its spelling", err.Name)
	}
	return fmt.Sprintf("the host name %q could not be looked up: %s", err.Name, err.Err)
}

func timeoutReason(timeout time.Duration, answered bool) string {
	if answered {
		return fmt.Sprintf("the answer was not whole within %s", timeout)
	}
	return fmt.Sprintf("no answer within %s", timeout)
}

func isTLS(err error) bool {
	var record tls.RecordHeaderError
	var handshake *handshakeError
	var alert *net.OpError // TLS 1.3 refuses a client after the handshake, in an alert of this form
	return errors.As(err, &record) || errors.As(err, &handshake) || errors.As(err, &alert) && alert.Op == "remote error"
}

// handshakeError marks an error that a TLS handshake gave, since many of those have no type of their own.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

func tlsReason(err error) string {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &authority):
		return "the receiver's certificate is signed by no authority that is trusted here"
	case errors.As(err, &host):
		return fmt.Sprintf("the receiver's certificate is not for %q", host.Host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the receiver's certificate has expired or is not valid yet"
	case errors.As(err, &record):
		return "the receiver does not speak TLS on this port; is the URL http instead of https?"
	}
	return "no TLS connection: " + innermost(err).Error()
}

// innermost gives the error at the end of the chain: what lies around it repeats addresses and the operation.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
