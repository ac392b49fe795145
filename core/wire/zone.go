package wire

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// An IPv6 address may name the interface by which it is reached
// (https://[fe80::1%25eth0]:8020, RFC 6874). This zone has a meaning on this machine
// only: it is used for dialling, and no server, proxy or certificate knows it.

// HasZone reports whether a host, with or without its port, has a zone.
func HasZone(host string) bool { return strings.Contains(host, "%") }

// AnyHasZone reports whether the host of any of the URLs has a zone.
func AnyHasZone(urls ...string) bool {
	return slices.ContainsFunc(urls, func(address string) bool {
		u, err := url.Parse(address)
		return err == nil && HasZone(u.Host)
	})
}

// WithoutZone returns a host, with or without its port, without its zone.
func WithoutZone(host string) string {
	address, zone, found := strings.Cut(host, "%")
	if !found {
		return host
	}
	_, port, bracketed := strings.Cut(zone, "]")
	if bracketed {
		return address + "]" + port
	}
	return address
}

// Address makes the request name its server without the zone. net/http does so by
// itself for HTTP/1.1 only.
func Address(req *http.Request) {
	if HasZone(req.Host) {
		req.Host = WithoutZone(req.Host)
	}
}

// DialTLS returns dial with TLS, for addresses with a zone, which is in no
// certificate.
func DialTLS(dial Dial, config *tls.Config) Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		named := &tls.Config{MinVersion: tls.VersionTLS12}
		if config != nil {
			named = config.Clone()
		}
		if named.ServerName == "" {
			named.ServerName = WithoutZone(host)
		}
		secure := tls.Client(conn, named)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
		return secure, nil
	}
}
