package tlsconfig

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"slices"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/smallfile"
)

// maxFile is how many bytes of a certificate or key file are read at most. The largest
// bundles of roots have a quarter of that.
const maxFile = 1 << 20

// material is the unchecked content of a client certificate's files.
type material struct {
	path    string // path of the file with the certificate
	certs   []*x509.Certificate
	keys    []crypto.Signer
	aliases map[*x509.Certificate][]string
	leftOut []string // unreadable keys and certificates beside readable ones, and why
}

// name notes an alias of a certificate.
func (m *material) name(cert *x509.Certificate, alias string) {
	if alias == "" || slices.Contains(m.aliases[cert], alias) {
		return
	}
	if m.aliases == nil {
		m.aliases = map[*x509.Certificate][]string{}
	}
	m.aliases[cert] = append(m.aliases[cert], alias)
}

// call notes an alias of a key, which is also one of its certificates.
func (m *material) call(key crypto.Signer, alias string) {
	for _, cert := range m.certs {
		if belongs(key, cert) {
			m.name(cert, alias)
		}
	}
}

// readMaterial reads the files that s names. With an error it returns what could be
// read.
func readMaterial(s core.TLSSettings, passphrase core.Secret) (material, error) {
	if s.PKCS12File != "" {
		return readPKCS12(s.PKCS12File, passphrase)
	}
	m := material{path: s.CertFile}
	data, err := readFile(s.CertFile)
	if err != nil {
		return m, err
	}
	if err = m.readCertificates(s.CertFile, data); err != nil {
		return m, err
	}
	keyFile := s.KeyFile
	if keyFile == "" {
		keyFile = s.CertFile
	} else if data, err = readFile(keyFile); err != nil {
		return m, err
	}
	m.keys, err = privateKeys(keyFile, data, passphrase)
	return m, err
}

func readFile(path string) ([]byte, error) {
	data, err := smallfile.Read(path, maxFile)
	switch {
	case errors.Is(err, smallfile.ErrNotRegular):
		return nil, fileError(core.CodeCertificateUnreadable, path, "is a folder or device, not a file", nil)
	case errors.Is(err, smallfile.ErrTooLarge):
		return nil, fileError(core.CodeCertificateUnreadable, path, "is larger than 1 MiB, too large for certificates and keys", nil)
	case err != nil:
		return nil, fileError(core.CodeCertificateUnreadable, path, "can't be read", err)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, fileError(core.CodeCertificateUnreadable, path, "is empty", nil)
	}
	return data, nil
}
