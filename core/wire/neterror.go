package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/artstore/ingester/core"
)

// NetworkError classifies the error that a net/http client returned instead of an
// answer: Kind is network, tls or cancelled, and Code names the cause. A *core.Error
// already in the chain keeps its kind and code. It returns nil for nil.
//
// Outcome stays core.OutcomeNotProcessed, which is right for everything that happens
// before a request is sent; a caller that had sent bytes sets it.
func NetworkError(op string, err error) *core.Error {
	if err == nil {
		return nil
	}
	var known *core.Error
	if errors.As(err, &known) {
		e := *known
		e.Op = op
		return &e
	}
	// The method and URL that net/http puts before the error add nothing to op
	// and the profile.
	var fromURL *url.Error
	if errors.As(err, &fromURL) {
		err = &unwrapped{fromURL.Err, fromURL.Timeout()}
	}
	e := &core.Error{Op: op, Err: err}
	for _, classify := range []func(*core.Error, error) bool{
		classifyContext, classifyProxy, classifyAnswer, classifyCertificate, classifyTLS, classifyDNS, classifySocket,
	} {
		if classify(e, err) {
			return e
		}
	}
	e.Kind, e.Code, e.Message = core.KindNetwork, core.CodeConnectionLost, "The connection to the server failed."
	return e
}

// unwrapped is the cause inside a *url.Error. It still knows whether that was a
// time-out (only *url.Error knows about http.Client.Timeout).
type unwrapped struct {
	error
	timeout bool
}

func (u *unwrapped) Unwrap() error { return u.error }
func (u *unwrapped) Timeout() bool { return u.timeout }

func set(e *core.Error, kind core.Kind, code core.Code, message string) bool {
	e.Kind, e.Code, e.Message = kind, code, message
	return true
}

func classifyContext(e *core.Error, err error) bool {
	switch {
	case errors.Is(err, context.Canceled):
		return set(e, core.KindCancelled, core.CodeCancelled, "The request was stopped.")
	case errors.Is(err, context.DeadlineExceeded):
		return set(e, core.KindNetwork, core.CodeTimeout, "The server did not answer in time.")
	}
	return false
}

func classifyProxy(e *core.Error, err error) bool {
	text := err.Error()
	if strings.Contains(text, "invalid proxy") {
		e.Err = nil // its text contains the proxy's password
		return set(e, core.KindNetwork, core.CodeProxy, "The proxy address in HTTPS_PROXY is not valid.")
	}
	// SOCKS5 has no status. A refused login counts like the 407 of an HTTP
	// proxy: only another password helps.
	if strings.Contains(text, "Proxy Authentication Required") || socksLogin(err) {
		e.Status = http.StatusProxyAuthRequired
		return set(e, core.KindNetwork, core.CodeProxy, "The proxy asks for a user name and password.")
	}
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks")) {
		return set(e, core.KindNetwork, core.CodeProxy, "The proxy could not be reached or refused the connection.")
	}
	return false
}

// socksLogin reports a refused SOCKS5 login, by the error text of the client of
// golang.org/x/net that net/http contains.
func socksLogin(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && strings.HasPrefix(op.Op, "socks") && strings.Contains(err.Error(), "authentication")
}

// classifyAnswer recognises, by the error text of net/http, an answer whose headers
// are longer than allowed. (Over HTTP/2 net/http reports only a protocol error.)
func classifyAnswer(e *core.Error, err error) bool {
	if strings.Contains(err.Error(), "server response headers exceeded") {
		return set(e, core.KindServer, core.CodeAnswerInvalid, "The server's answer has longer headers than can be read; a gateway on the way may add cookies without end.")
	}
	return false
}

// classifyCertificate finds out what is wrong with the server's certificate.
func classifyCertificate(e *core.Error, err error) bool {
	var (
		unknownCA x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		roots     x509.SystemRootsError
		other     *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &hostname):
		return set(e, core.KindTLS, core.CodeTLSHostname, "The server's certificate is for another name than "+hostname.Host+".")
	case errors.As(err, &unknownCA):
		return set(e, core.KindTLS, core.CodeTLSUntrusted, "No trusted authority vouches for the server's certificate; check the CA file.")
	case errors.As(err, &roots):
		return set(e, core.KindTLS, core.CodeTLSUntrusted, "The system's root certificates could not be loaded; set a CA file.")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return set(e, core.KindTLS, core.CodeTLSExpired, "The server's certificate, or the one that vouches for it, has expired or is not valid yet.")
	case errors.As(err, &invalid), errors.As(err, &other):
		return set(e, core.KindTLS, core.CodeTLSUntrusted, "The server's certificate can't be accepted.")
	}
	return false
}

// classifyTLS finds out why the handshake failed. In TLS 1.3 the server's refusal of
// our certificate comes after the handshake, while a request is being sent or its
// answer awaited.
func classifyTLS(e *core.Error, err error) bool {
	if alert := Alert(err); alert != "" {
		return classifyAlert(e, alert)
	}
	text := err.Error()
	var header tls.RecordHeaderError
	switch {
	case strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return set(e, core.KindTLS, core.CodeTLSFailed, "The server speaks plain HTTP on this port; the address should begin with http://, or the port is wrong.")
	case errors.As(err, &header):
		return set(e, core.KindTLS, core.CodeTLSFailed, "The server does not speak TLS on this port.")
	case strings.Contains(text, "http2: client conn could not be established"):
		// net/http's HTTP/2 reports only this if an alert, or a close, comes
		// before the first request.
		return set(e, core.KindTLS, core.CodeTLSFailed, "The server ended the connection right after the TLS handshake; it may not accept this program's client certificate.")
	case strings.Contains(text, "selected unsupported protocol version"):
		return set(e, core.KindTLS, core.CodeTLSPolicy, "The server offers only older TLS versions than this profile allows.")
	case strings.Contains(text, "TLS handshake timeout"):
		return set(e, core.KindNetwork, core.CodeTimeout, "The server did not finish the TLS handshake in time.")
	case strings.Contains(text, "tls: "):
		return set(e, core.KindTLS, core.CodeTLSFailed, "The TLS handshake failed.")
	}
	return false
}

func classifyAlert(e *core.Error, alert string) bool {
	switch alert {
	case "certificate required":
		return set(e, core.KindTLS, core.CodeTLSClientRequired, "The server demands a client certificate.")
	case "bad certificate", "unsupported certificate", "revoked certificate", "expired certificate",
		"unknown certificate", "unknown certificate authority", "access denied":
		return set(e, core.KindTLS, core.CodeTLSClientRefused, "The server refused this program's client certificate ("+alert+").")
	case "protocol version not supported", "insufficient security level":
		return set(e, core.KindTLS, core.CodeTLSPolicy, "The server and this profile have no TLS version or cipher in common.")
	case "handshake failure":
		return set(e, core.KindTLS, core.CodeTLSFailed, "The server ended the TLS handshake: no common cipher, or it demands a client certificate.")
	}
	return set(e, core.KindTLS, core.CodeTLSFailed, "The server ended the TLS connection ("+alert+").")
}

func classifyDNS(e *core.Error, err error) bool {
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		return false
	}
	if dns.IsTimeout && !dns.IsNotFound {
		return set(e, core.KindNetwork, core.CodeTimeout, "The name server did not answer in time.")
	}
	return set(e, core.KindNetwork, core.CodeNameNotFound, "The server's name "+dns.Name+" was not found.")
}

func classifySocket(e *core.Error, err error) bool {
	switch {
	case isErrno(err, syscall.ECONNREFUSED, wsaConnRefused):
		return set(e, core.KindNetwork, core.CodeConnectionRefused, "The server refuses connections on this port.")
	case isErrno(err, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN,
		syscall.EADDRNOTAVAIL, wsaNotAvailable, wsaNetDown, wsaNetUnreach, wsaHostUnreach):
		return set(e, core.KindNetwork, core.CodeUnreachable, "The server can't be reached from this network.")
	case isErrno(err, resets...),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return set(e, core.KindNetwork, core.CodeConnectionLost, "The connection to the server was lost.")
	}
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return set(e, core.KindNetwork, core.CodeTimeout, "The server did not answer in time.")
	}
	return false
}

// The socket errors of Windows (winsock2.h), for which package syscall has no portable
// names. No other system has errors with these numbers.
const (
	wsaNotAvailable = syscall.Errno(10049)
	wsaNetDown      = syscall.Errno(10050)
	wsaNetUnreach   = syscall.Errno(10051)
	wsaConnAborted  = syscall.Errno(10053)
	wsaConnReset    = syscall.Errno(10054)
	wsaConnRefused  = syscall.Errno(10061)
	wsaHostUnreach  = syscall.Errno(10065)
)

// resets lists the errors by which systems report that the other side has ended a
// connection.
var resets = []syscall.Errno{syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED, wsaConnAborted, wsaConnReset} //nolint:gochecknoglobals // a table

func isErrno(err error, numbers ...syscall.Errno) bool {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return false
	}
	for _, n := range numbers {
		if errno == n {
			return true
		}
	}
	return false
}

// CertificateRefusal returns the error of an answer by which a gateway refuses our
// client certificate, nil for any other answer. nginx completes the handshake with
// every client and then answers 400 with a page of its own.
func CertificateRefusal(op string, status int, body []byte) *core.Error {
	e := &core.Error{Kind: core.KindTLS, Op: op, Status: status, Outcome: core.OutcomeAnswered}
	switch {
	case status != http.StatusBadRequest:
		return nil
	case bytes.Contains(body, []byte("No required SSL certificate was sent")):
		e.Code, e.Message = core.CodeTLSClientRequired, "The server demands a client certificate."
	case bytes.Contains(body, []byte("The SSL certificate error")):
		e.Code, e.Message = core.CodeTLSClientRefused, "The server refused this program's client certificate."
	default:
		return nil
	}
	return e
}
