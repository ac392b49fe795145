package wire

import (
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"sync/atomic"

	"github.com/artstore/ingester/core"
)

// Presented returns a copy of config that calls tell in every handshake in which the
// server asks for a client certificate. sent says whether one was sent. Sessions that
// are kept remember it: see Mutual.
func Presented(config *tls.Config, tell func(sent bool)) *tls.Config {
	config = config.Clone()
	if config == nil || config.GetClientCertificate == nil && len(config.Certificates) == 0 {
		return config
	}
	choose := config.GetClientCertificate
	if choose == nil {
		choose = firstSupported(config.Certificates)
	}
	var mutual atomic.Bool
	if config.ClientSessionCache != nil {
		config.ClientSessionCache = marking{config.ClientSessionCache, &mutual}
	}
	config.GetClientCertificate = func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		cert, err := choose(asked)
		if err == nil && cert != nil {
			mutual.Store(len(cert.Certificate) > 0)
			tell(len(cert.Certificate) > 0)
		}
		return cert, err
	}
	return config
}

// firstSupported chooses the certificate as crypto/tls does without
// GetClientCertificate.
func firstSupported(certs []tls.Certificate) func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		for i := range certs {
			if asked.SupportsCertificate(&certs[i]) == nil {
				return &certs[i], nil
			}
		}
		return new(tls.Certificate), nil
	}
}

// HungUp reports whether a connection was closed or reset without a message. For one
// that ended before its request was written, net/http has only an error text.
func HungUp(err error) bool {
	return err != nil && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isErrno(err, resets...) ||
		strings.Contains(err.Error(), "server closed idle connection"))
}

// SilentRefusal returns the error of a server that closes every connection at the
// point where it checks our client certificate, without an alert that says why.
// Servers in Python do that (asyncio, uvicorn). They have read nothing that was sent.
func SilentRefusal(op string, err error) *core.Error {
	return &core.Error{Kind: core.KindNetwork, Code: core.CodeTLSClientSilent, Op: op, Err: err,
		Message: "The server ended every connection where it would look at the client certificate; it probably does not accept it."}
}
