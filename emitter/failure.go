package emitter

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"artihook/emitter/history"
)

// failure is why a delivery has no complete response.
type failure struct {
	name   string // one of history.FailureNames
	reason string // a sentence; it quotes neither the response nor the URL, except the host name
}

// NameFailure returns the name and the reason of an error of an [HTTPClient]. timeout is the timeout of the request.
func NameFailure(err error, timeout time.Duration) (name, reason string) {
	f := failureOf(err, timeout, false)
	if dial := new(net.OpError); errors.As(err, &dial) && dial.Op == "proxyconnect" { // of net/http
		return history.FailureProxy, "there is no connection to the proxy" + proxyCause(dial.Err)
	}
	if f.name == history.FailureOther && !isLocal(err) {
		f = malformed // net/http has no type for these errors, and they quote the response
	}
	return f.name, f.reason
}

// The error numbers of Windows. syscall has only the names of Unix. No Unix uses these numbers.
const (
	wsaAborted     syscall.Errno = 10053
	wsaReset       syscall.Errno = 10054
	wsaRefused     syscall.Errno = 10061
	wsaUnreachable syscall.Errno = 10065
)

// isPlain ends the reason of a handshake that may have failed because the port expects no TLS.
const isPlain = "if it does not speak TLS on this port, write http instead of https"

var malformed = failure{history.FailureMalformed, "the response is not valid HTTP/1.1"}

// failureOf returns the failure of err. responded reports whether any byte of a response was received.
func failureOf(err error, timeout time.Duration, responded bool) failure {
	var dns *net.DNSError
	var timer net.Error
	var proxy *proxyError
	var handshake *handshakeError
	var metadata *metadataError
	switch {
	case errors.Is(err, errCut):
		return failure{history.FailureCut, "the connection was closed in the middle of the body, as requested"}
	case errors.As(err, &metadata):
		return failure{history.FailureOther, metadata.Error()}
	case errors.Is(err, errRedirects), errors.Is(err, errRequest):
		return failure{history.FailureOther, innermost(err).Error()}
	case errors.Is(err, context.Canceled):
		return failure{history.FailureCancelled, "the delivery was interrupted; the receiver may have received it"}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timer) && timer.Timeout():
		return failure{history.FailureTimeout, timeoutReason(timeout, responded)}
	case errors.As(err, new(*certificateError)):
		return failure{history.FailureTLS, "the receiver asked for a client certificate, got none, and ended the connection"}
	case errors.As(err, &proxy):
		return failure{history.FailureProxy, proxy.reason + proxyCause(proxy.err)}
	case errors.As(err, &dns):
		return failure{history.FailureDNS, dnsReason(dns)}
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, wsaRefused):
		return failure{history.FailureRefused, "nothing listens there; is the receiver running, and is the port right?"}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, wsaUnreachable):
		return failure{history.FailureUnreachable, "there is no network route to the host"}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED),
		errors.Is(err, wsaReset), errors.Is(err, wsaAborted):
		if errors.As(err, &handshake) {
			return failure{history.FailureReset, "the receiver reset the connection during the TLS handshake; " + isPlain}
		}
		return failure{history.FailureReset, "the receiver reset the connection"}
	case errors.As(err, &handshake) && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)):
		return failure{history.FailureClosed, "the receiver closed the connection during the TLS handshake; " + isPlain}
	case errors.Is(err, io.EOF) && !responded:
		return failure{history.FailureClosed, "the receiver closed the connection without a response"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return failure{history.FailureClosed, "the receiver closed the connection before its response was complete"}
	case isTLS(err):
		return failure{history.FailureTLS, tlsReason(err)}
	case responded:
		return malformed
	}
	return failure{history.FailureOther, "the delivery failed" + localReason(err)}
}

// isLocal reports whether an error is one of this system, such as too many open files.
func isLocal(err error) bool {
	var number syscall.Errno
	return errors.As(err, &number) || errors.Is(err, errRedirects)
}

// localReason returns the text of an error of this system. Other errors may quote the response.
func localReason(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return ": " + number.Error()
	}
	return ""
}

func dnsReason(err *net.DNSError) string {
	if err.IsNotFound {
		return fmt.Sprintf("the host name %q was not found; check its spelling", err.Name)
	}
	return fmt.Sprintf("the host name %q could not be looked up: %s", err.Name, err.Err)
}

// proxyCause returns why there is no connection to a proxy, as the end of a sentence.
func proxyCause(err error) string {
	var dns *net.DNSError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &dns):
		return ": " + dnsReason(dns)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, wsaRefused):
		return ": nothing listens there"
	case isTLS(err):
		return ": no TLS with a trusted certificate"
	}
	return localReason(err)
}

func timeoutReason(timeout time.Duration, responded bool) string {
	if responded {
		return fmt.Sprintf("the response was not complete within %s", timeout)
	}
	return fmt.Sprintf("no response within %s", timeout)
}

func isTLS(err error) bool {
	var record tls.RecordHeaderError
	var handshake *handshakeError
	var certificate *tls.CertificateVerificationError // of net/http
	var alert *net.OpError                            // the alert with which a TLS 1.3 server rejects a client after the handshake
	return errors.As(err, &record) || errors.As(err, &handshake) || errors.As(err, &certificate) ||
		errors.As(err, &alert) && alert.Op == "remote error"
}

// handshakeError is an error of a TLS handshake. Many of those have no type of their own.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// certificateError is the failure of a connection after the receiver asked for a client certificate.
type certificateError struct{ err error }

func (e *certificateError) Error() string { return e.err.Error() }
func (e *certificateError) Unwrap() error { return e.err }

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
		return "the receiver does not speak TLS on this port; write http instead of https"
	}
	return "no TLS connection" + alertReason(err)
}

// alertReason returns the text of an error of crypto/tls, without the part that may quote a certificate.
func alertReason(err error) string {
	text, ok := strings.CutPrefix(innermost(err).Error(), "tls: ")
	if !ok {
		return ""
	}
	text, _, _ = strings.Cut(text, ": ")
	return ": " + text
}

// innermost returns the last error of the chain. The errors around it repeat addresses and the operation.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
