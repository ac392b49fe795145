// Package tlsconfig turns a profile's TLS settings into the *tls.Config of its
// connections: which servers to trust, which certificate to present, which versions
// and cipher suites to accept. A client certificate that is replaced on disk is used
// from the next connection on.
//
// Nothing in it can turn verification off.
package tlsconfig

import (
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/artstore/ingester/core"
)

// sessionsKept is how many servers' sessions are remembered for resumption.
const sessionsKept = 64

// Build returns the configuration for s, or nil, nil if TLS is disabled. passphrase
// opens an encrypted key or PKCS#12 file. NextProtos is set by the users of the
// configuration in a clone.
//
// A cipher list is binding: a connection with a suite that it doesn't name fails with
// core.CodeTLSPolicy. A list without suites of TLS 1.3 doesn't restrict those, as in
// OpenSSL.
//
// The CA file is read once. crypto/tls can't change its roots without turning its own
// verification off, so a new CA file needs a new configuration; a Watch says when.
//
// Errors are *core.Error of kind config, with a code for each thing that can be wrong
// with a file. Warnings go to log, which may be nil.
func Build(s core.TLSSettings, passphrase core.Secret, log *slog.Logger) (*tls.Config, error) {
	if !s.Enabled {
		return nil, nil
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	version, err := minVersion(s.ProtocolVersion)
	if err != nil {
		return nil, err
	}
	ciphers := parseCiphers(s.Ciphers, log)
	config := &tls.Config{
		MinVersion:         version,
		ServerName:         s.ServerName,
		CipherSuites:       ciphers.offered,
		VerifyConnection:   policy{version, ciphers}.verify,
		Renegotiation:      tls.RenegotiateNever,
		ClientSessionCache: tls.NewLRUClientSessionCache(sessionsKept),
	}
	if s.CACertFile == "" {
		log.Warn("No CA certificate configured: the system's root certificates are trusted")
	} else if config.RootCAs, err = readRoots(s.CACertFile, time.Now(), log); err != nil {
		return nil, err
	}
	if !s.HasClientCertificate() {
		if s.KeyFile != "" {
			return nil, fileError(core.CodeCertificateUnreadable, s.KeyFile, "is given without a certificate", nil)
		}
		return config, nil
	}
	id, err := newIdentity(s, passphrase, log)
	if err != nil {
		return nil, err
	}
	config.GetClientCertificate = id.certificate
	config.ClientSessionCache = id
	return config, nil
}

func minVersion(name string) (uint16, error) {
	switch name {
	case core.TLSv13, "":
		return tls.VersionTLS13, nil
	case core.TLSv12:
		return tls.VersionTLS12, nil
	}
	return 0, &core.Error{
		Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: op,
		Message: "tls.protocol_version is neither " + core.TLSv12 + " nor " + core.TLSv13 + ".",
	}
}
