package wire

import (
	"crypto/tls"
	"errors"
	"io"
	"strings"

	"github.com/artstore/ingester/core"
)

// Presented returns a copy of config that tells, of every handshake in which the
// server asks for a client certificate, whether one was sent.
func Presented(config *tls.Config, tell func(sent bool)) *tls.Config {
	config = config.Clone()
	if config == nil || config.GetClientCertificate == nil && len(config.Certificates) == 0 {
		return config
	}
	choose := config.GetClientCertificate
	if choose == nil {
		choose = firstSupported(config.Certificates)
	}
	config.GetClientCertificate = func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		cert, err := choose(asked)
		if err == nil && cert != nil {
			tell(len(cert.Certificate) > 0)
		}
		return cert, err
	}
	return config
}

// firstSupported chooses as crypto/tls does without GetClientCertificate.
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

// HungUp reports whether a connection ended without a word: by its end, or a
// reset. net/http has words of its own, and nothing else, for one that ended
// before its request was written.
func HungUp(err error) bool {
	return err != nil && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isErrno(err, resets...) ||
		strings.Contains(err.Error(), "server closed idle connection"))
}

// SilentRefusal is the error of a server that has ended every connection where
// it would look at our client certificate, without the alert that says why:
// servers in Python do that (asyncio, uvicorn). Nothing that was sent was read.
func SilentRefusal(op string, err error) *core.Error {
	return &core.Error{Kind: core.KindNetwork, Code: core.CodeTLSClientSilent, Op: op, Err: err,
		Message: "The server ended every connection where it would look at the client certificate; it probably does not accept it."}
}
