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

	"github.com/artstore/ingester/core"
)

// describe tells a certificate's subject, issuer, names and validity.
func describe(c *x509.Certificate, now time.Time) core.Fact {
	fill := with{"Name": name(c), "Issuer": issuer(c), "Validity": validity(c.NotBefore, c.NotAfter, now)}
	names := namesOf(c)
	if len(names) == 0 {
		return fact("certificate.nameless", fill)
	}
	fill["Names"] = list(names)
	return fact("certificate", fill)
}

// validity tells, after a comma, for how long a certificate is valid.
func validity(from, until, now time.Time) core.Fact {
	switch {
	case now.Before(from):
		return fact("validity.not_before", with{"Time": moment(from)})
	case now.After(until):
		return fact("validity.expired", with{"Date": day(until)})
	}
	return fact("validity.days", with{"Date": day(until), "N": int(until.Sub(now) / (24 * time.Hour))})
}

func name(c *x509.Certificate) core.Fact {
	return quoted(c.Subject.String(), "certificate.no_subject")
}

func issuer(c *x509.Certificate) core.Fact {
	return quoted(c.Issuer.String(), "certificate.no_issuer")
}

// quoted returns a name in quotation marks, or otherwise if it is empty.
func quoted(text, otherwise string) core.Fact {
	if text = clean(text); text == "" {
		return fact(otherwise, nil)
	}
	return fact("quoted", with{"Text": text})
}

// namesOf returns the names for which c is valid.
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

// weak reports whether Go still accepts the key, but other programs don't.
func weak(c *x509.Certificate) bool {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	return ok && key.N.BitLen() < 2048
}

// caNames turns the names of CAs in a certificate request into text.
func caNames(raw [][]byte) []string {
	var names []string
	for _, der := range raw {
		var sequence pkix.RDNSequence
		if rest, err := asn1.Unmarshal(der, &sequence); err == nil && len(rest) == 0 {
			var n pkix.Name
			n.FillFromRDNSequence(&sequence)
			names = append(names, inEnglish(quoted(n.String(), "certificate.no_issuer")))
		}
	}
	return names
}

// certificateAdvice returns what is needed to verify a certificate that could not be
// verified. shown is the chain as the server sent it, its own certificate first.
func (s *server) certificateAdvice(err error, shown []*x509.Certificate) facts {
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
		return say("ca.none", nil)
	case errors.As(err, &invalid):
		return s.invalidAdvice(invalid)
	}
	for i, c := range shown {
		if i > 0 && !c.IsCA && bytes.Equal(c.RawSubject, shown[i-1].RawIssuer) {
			return say("certificate.no_authority", nil)
		}
		switch c.SignatureAlgorithm {
		case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1, x509.MD5WithRSA, x509.MD2WithRSA:
			return say("certificate.forgeable", with{"Name": name(c), "Algorithm": c.SignatureAlgorithm.String()})
		}
	}
	where := fact("where.set", nil)
	if s.hasRoots() {
		where = fact("where.hold", nil)
	}
	top := shown[len(shown)-1]
	switch {
	case selfSigned(leaf) && !leaf.IsCA: // only a CA's certificate can be used in a CA file
		return say("self_signed.leaf", nil)
	case len(s.test.mine.leftOut) > 0: // probably the one that is needed
		return say("ca.mend", with{"Name": issuer(top)})
	case selfSigned(leaf):
		return say("self_signed.ca", with{"Sum": fmt.Sprintf("%X", sha256.Sum256(leaf.Raw)), "Where": where})
	case selfSigned(top):
		return say("authority.needed", with{"Name": name(top), "Where": where})
	}
	return say("authority.chain", with{"Name": issuer(top), "Where": where})
}

func (s *server) hostnameAdvice(e x509.HostnameError, leaf *x509.Certificate) facts {
	names := namesOf(leaf)
	if len(names) == 0 {
		return say("hostname.none", with{"Host": clean(e.Host)})
	}
	return say("hostname", with{"Names": list(names), "Field": s.field, "Host": clean(e.Host)})
}

func (s *server) invalidAdvice(e x509.CertificateInvalidError) facts {
	now := s.test.cfg.Now()
	switch e.Reason {
	case x509.Expired:
		if e.Cert != nil && now.Before(e.Cert.NotBefore) {
			return say("invalid.not_yet", with{"Name": name(e.Cert), "From": moment(e.Cert.NotBefore), "Now": moment(now)})
		}
		if e.Cert != nil {
			return say("invalid.expired", with{"Name": name(e.Cert), "Date": day(e.Cert.NotAfter)})
		}
	case x509.IncompatibleUsage:
		return say("invalid.usage", nil)
	case x509.CANotAuthorizedForThisName, x509.TooManyConstraints, x509.UnconstrainedName, x509.NameConstraintsWithoutSANs:
		return say("invalid.names", nil)
	case x509.NotAuthorizedToSign, x509.TooManyIntermediates:
		return say("certificate.no_authority", nil)
	}
	return say("invalid.other", nil)
}
