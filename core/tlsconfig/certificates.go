package tlsconfig

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/foreigntext"
)

// entry is a certificate in a file, readable or not.
type entry struct {
	name  string            // its position in the file, and its subject
	alias string            // the alias that OpenSSL wrote above it
	cert  *x509.Certificate // nil: err says why
	err   error
	trust trust
}

// entries reads the certificates of a PEM or DER file. others lists the types of other
// blocks. It fails if no certificate can be read.
func entries(path string, data []byte) (found []entry, others []string, err error) {
	unreadable := func(problem string, cause error) error {
		return fileError(core.CodeCertificateUnreadable, path, problem, cause)
	}
	blocks, err := foreigntext.PEM(data)
	if err != nil {
		return nil, nil, unreadable("can't be read", err)
	}
	if len(blocks) == 0 {
		found = derEntries(data)
	}
	for _, b := range blocks {
		switch b.Type {
		case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE":
			e := pemEntry(b)
			e.alias = b.Attribute("friendlyName")
			found = append(found, e)
		default:
			others = append(others, b.Place()+": "+b.Type)
		}
	}
	switch {
	case slices.ContainsFunc(found, func(e entry) bool { return e.err == nil }):
		return found, others, nil
	case len(found) > 0:
		return nil, nil, unreadable(problemOf(found), nil)
	case len(others) > 0:
		return nil, nil, unreadable("holds no certificate ("+strings.Join(others, ", ")+")", nil)
	case isPKCS12(data):
		return nil, nil, unreadable("is a PKCS#12 file; a client certificate in that form is named as pkcs12_file", nil)
	}
	return nil, nil, unreadable("is no certificate: neither PEM nor DER", nil)
}

// problemOf returns the first entry that can't be read and why, "" for none.
func problemOf(found []entry) string {
	for _, e := range found {
		if e.err != nil {
			return fmt.Sprintf("holds a damaged certificate, or one in no known form: %s: %v", e.name, e.err)
		}
	}
	return ""
}

// readCertificates reads the certificates of a chain, all of which have to be
// readable.
func (m *material) readCertificates(path string, data []byte) error {
	found, _, err := entries(path, data)
	if err != nil {
		return err
	}
	if problem := problemOf(found); problem != "" {
		return fileError(core.CodeCertificateUnreadable, path, problem, nil)
	}
	for _, e := range found {
		m.certs = append(m.certs, e.cert)
		m.name(e.cert, e.alias)
	}
	return nil
}

func pemEntry(b foreigntext.Block) entry {
	if b.Err != nil {
		return entry{name: b.Place(), err: b.Err}
	}
	der, behind := b.Bytes, []byte(nil)
	if b.Type == "TRUSTED CERTIFICATE" {
		var cert asn1.RawValue
		if rest, err := asn1.Unmarshal(der, &cert); err == nil {
			der, behind = cert.FullBytes, rest
		}
	}
	e := newEntry(b.Place(), der)
	if e.err == nil && len(behind) > 0 {
		if _, err := asn1.Unmarshal(behind, &e.trust); err != nil {
			return entry{name: e.name, err: errors.New("its trust settings are damaged")}
		}
	}
	return e
}

func newEntry(place string, der []byte) entry {
	cert, err := x509.ParseCertificate(der)
	if err == nil {
		return entry{name: place + ", " + cert.Subject.String(), cert: cert}
	}
	if subject := subjectOf(der); subject != "" {
		place += ", " + subject
	}
	return entry{name: place, err: err}
}

// derEntries reads successive certificates in DER. It returns none if data doesn't
// begin like one.
func derEntries(data []byte) (found []entry) {
	for len(data) > 0 {
		var cert asn1.RawValue
		rest, err := asn1.Unmarshal(data, &cert)
		place := fmt.Sprintf("certificate %d", len(found)+1)
		if err != nil {
			if len(found) == 0 {
				return nil
			}
			return append(found, entry{name: place, err: err})
		}
		if e := newEntry(place, cert.FullBytes); len(found) > 0 || e.err == nil || e.name != place {
			found = append(found, e)
		} else {
			return nil
		}
		data = rest
	}
	return found
}

// subjectOf returns the subject of a certificate that crypto/x509 refuses, "" if it
// can't be found.
func subjectOf(der []byte) string {
	var cert struct {
		TBS struct {
			Version   int `asn1:"optional,explicit,default:0,tag:0"`
			Serial    *big.Int
			Algorithm pkix.AlgorithmIdentifier
			Issuer    asn1.RawValue
			Validity  asn1.RawValue
			Subject   pkix.RDNSequence
		}
	}
	if _, err := asn1.Unmarshal(der, &cert); err != nil {
		return ""
	}
	return cert.TBS.Subject.String()
}

// trust holds OpenSSL's notes after a TRUSTED CERTIFICATE (X509_CERT_AUX): for which
// purposes it is trusted, and for which it is not.
type trust struct {
	Uses   []asn1.ObjectIdentifier `asn1:"optional"`
	Reject []asn1.ObjectIdentifier `asn1:"optional,tag:0"`
}

// servers reports whether the certificate is trusted for servers.
func (t trust) servers() bool {
	names := func(list []asn1.ObjectIdentifier) bool {
		return slices.ContainsFunc(list, func(id asn1.ObjectIdentifier) bool {
			return id.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}) || id.Equal(asn1.ObjectIdentifier{2, 5, 29, 37, 0}) // serverAuth, any
		})
	}
	return !names(t.Reject) && (len(t.Uses) == 0 || names(t.Uses))
}
