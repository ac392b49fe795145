package tlsconfig

import (
	"crypto/tls"
	"slices"

	"github.com/artstore/ingester/core"
)

// policy is what a profile demands of a connection. Go can't restrict the suites of TLS
// 1.3 that it offers, so the result of the handshake is checked before anything is
// sent.
type policy struct {
	version uint16 // the minimum
	ciphers ciphers
}

// verify is the tls.Config.VerifyConnection of the policy.
func (p policy) verify(state tls.ConnectionState) error {
	if state.Version < p.version {
		return refused("TLS version " + tls.VersionName(state.Version) + ", this profile demands " + tls.VersionName(p.version) + " (tls.protocol_version)")
	}
	if !p.ciphers.accept(state.Version, state.CipherSuite) {
		return refused("cipher suite " + tls.CipherSuiteName(state.CipherSuite) + ", which this profile's list does not name (tls.ciphers)")
	}
	return nil
}

func refused(what string) *core.Error {
	return &core.Error{
		Kind: core.KindTLS, Code: core.CodeTLSPolicy, Op: "connect",
		Message: "The server chose " + what + ".",
	}
}

// accept reports whether a connection may use suite.
func (c ciphers) accept(version, suite uint16) bool {
	if len(c.named) == 0 || (version == tls.VersionTLS13 && !c.tls13) {
		return true
	}
	return slices.Contains(c.named, suite)
}
