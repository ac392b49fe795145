package diagnose

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"
)

// describe says whose certificate it is, who issued it, for which names, and
// for how long it is good.
func describe(c *x509.Certificate, now time.Time) string {
	text := name(c) + ", issued by " + issuer(c)
	if names := namesOf(c); len(names) > 0 {
		text += ", for " + list(names)
	} else {
		text += ", for no names"
	}
	return text + validity(c.NotBefore, c.NotAfter, now)
}

// validity says, after a comma, for how long a certificate is good.
func validity(from, until, now time.Time) string {
	switch {
	case now.Before(from):
		return ", not valid before " + from.UTC().Format(time.DateTime) + " UTC"
	case now.After(until):
		return ", expired on " + until.UTC().Format(time.DateOnly)
	}
	days := int(until.Sub(now) / (24 * time.Hour))
	return fmt.Sprintf(", valid until %s (%d days left)", until.UTC().Format(time.DateOnly), days)
}

func name(c *x509.Certificate) string {
	return quoted(c.Subject.String(), "a certificate without a subject")
}

func issuer(c *x509.Certificate) string {
	return quoted(c.Issuer.String(), "an unnamed authority")
}

func quoted(text, otherwise string) string {
	if text = clean(text); text == "" {
		return otherwise
	}
	return "“" + text + "”"
}

// namesOf are the names that a server may be reached by with c.
func namesOf(c *x509.Certificate) []string {
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, c.RawIssuer) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// weak reports whether the key is one that Go still takes and others don't.
func weak(c *x509.Certificate) bool {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	return ok && key.N.BitLen() < 2048
}

// authorities turns the names in a certificate request into text.
func authorities(raw [][]byte) []string {
	var names []string
	for _, der := range raw {
		var sequence pkix.RDNSequence
		if rest, err := asn1.Unmarshal(der, &sequence); err == nil && len(rest) == 0 {
			var n pkix.Name
			n.FillFromRDNSequence(&sequence)
			names = append(names, quoted(n.String(), "an unnamed authority"))
		}
	}
	return names
}

// certificateAdvice says what a certificate that could not be verified would
// need. shown is the chain as the server sent it, its own certificate first.
func (s *server) certificateAdvice(err error, shown []*x509.Certificate) string {
	leaf := shown[0]
	var (
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		roots    x509.SystemRootsError
	)
	switch {
	case errors.As(err, &hostname):
		return s.hostnameAdvice(hostname, leaf)
	case errors.As(err, &roots):
		return "Set a CA file."
	case errors.As(err, &invalid):
		return s.invalidAdvice(invalid)
	}
	for i, c := range shown {
		if i > 0 && !c.IsCA && bytes.Equal(c.RawSubject, shown[i-1].RawIssuer) {
			return noAuthorityAdvice
		}
		switch c.SignatureAlgorithm {
		case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1, x509.MD5WithRSA, x509.MD2WithRSA:
			return "The certificate " + name(c) + " is signed with " + c.SignatureAlgorithm.String() + ", which can be forged. Ask the server's administrator for a new one."
		}
	}
	where := "set the file of that authority as the CA file"
	if s.trustedFrom() == " in the CA file" {
		where = "the CA file must hold it"
	}
	if selfSigned(leaf) {
		return "The certificate vouches for itself" + selfSignedAdvice(leaf, where)
	}
	top := shown[len(shown)-1]
	if selfSigned(top) {
		return "The authority that is needed is " + name(top) + ": " + where + "."
	}
	return "The authority that is needed is " + issuer(top) + ": " + where + ". If it does, the server leaves out a certificate in between: its administrator has to add it to the chain."
}

// selfSignedAdvice: only an authority's certificate can stand in a CA file.
func selfSignedAdvice(leaf *x509.Certificate, where string) string {
	if !leaf.IsCA {
		return " and can't be a CA file, because it is no authority's. Ask the server's administrator for one that an authority has issued."
	}
	return fmt.Sprintf(". If the administrator confirms its fingerprint (SHA-256 %X), %s.", sha256.Sum256(leaf.Raw), where)
}

func (s *server) hostnameAdvice(e x509.HostnameError, leaf *x509.Certificate) string {
	names := namesOf(leaf)
	if len(names) == 0 {
		return "The certificate has no names but a common name, which no longer counts. Ask the server's administrator for one with the name " + clean(e.Host) + "."
	}
	return "Use one of its names (" + list(names) + ") in " + s.field + ", or set it as tls.server_name, or ask the server's administrator for a certificate with the name " + clean(e.Host) + "."
}

func (s *server) invalidAdvice(e x509.CertificateInvalidError) string {
	now := s.test.cfg.Now()
	switch e.Reason {
	case x509.Expired:
		if e.Cert != nil && now.Before(e.Cert.NotBefore) {
			return "The certificate " + name(e.Cert) + " becomes valid on " + e.Cert.NotBefore.UTC().Format(time.DateTime) + " UTC. Check the clock of this computer (" + now.UTC().Format(time.DateTime) + " UTC)."
		}
		if e.Cert != nil {
			return "The certificate " + name(e.Cert) + " expired on " + e.Cert.NotAfter.UTC().Format(time.DateOnly) + ". Ask the server's administrator to renew it; check the clock of this computer too."
		}
	case x509.IncompatibleUsage:
		return "The certificate is not one for servers (extended key usage serverAuth). Ask the server's administrator for a new one."
	case x509.CANotAuthorizedForThisName, x509.TooManyConstraints, x509.UnconstrainedName, x509.NameConstraintsWithoutSANs:
		return "The authority that issued the certificate may not issue it for these names (name constraints). Ask the server's administrator for another."
	case x509.NotAuthorizedToSign, x509.TooManyIntermediates:
		return noAuthorityAdvice
	}
	return "Ask the server's administrator for a new certificate."
}

const noAuthorityAdvice = "The certificate was issued by one that is no authority, or not for this. Ask the server's administrator for another."
