package tlsconfig

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/smallfile"
)

// maxFile is the most that is read of a certificate or key file, in bytes.
// The largest bundles of roots have a quarter of that.
const maxFile = 1 << 20

// material is what the files of a client certificate hold, unchecked.
type material struct {
	path  string // of the file that holds the certificate
	certs []*x509.Certificate
	keys  []crypto.Signer
}

// readMaterial reads the files that s names. With an error the material is as
// much as could be read.
func readMaterial(s core.TLSSettings, passphrase core.Secret) (material, error) {
	if s.PKCS12File != "" {
		return readPKCS12(s.PKCS12File, passphrase)
	}
	m := material{path: s.CertFile}
	data, err := readFile(s.CertFile)
	if err != nil {
		return m, err
	}
	if m.certs, err = certificates(s.CertFile, data); err != nil {
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

// certificates reads all certificates of a PEM or DER file.
func certificates(path string, data []byte) ([]*x509.Certificate, error) {
	if !isPEM(data) {
		certs, err := x509.ParseCertificates(data)
		switch {
		case err == nil && len(certs) > 0:
			return certs, nil
		case isPKCS12(data):
			return nil, fileError(core.CodeCertificateUnreadable, path, "is a PKCS#12 file; a client certificate in that form is named as pkcs12_file", nil)
		}
		return nil, fileError(core.CodeCertificateUnreadable, path, "is no certificate: neither PEM nor DER", err)
	}
	var certs []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" && block.Type != "X509 CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fileError(core.CodeCertificateUnreadable, path, "holds a damaged certificate", err)
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return nil, fileError(core.CodeCertificateUnreadable, path, "holds no certificate", nil)
	}
	return certs, nil
}

func isPEM(data []byte) bool { return bytes.Contains(data, []byte("-----BEGIN ")) }
