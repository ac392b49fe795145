package settings

import (
	"crypto/x509"
	"encoding/asn1"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/artstore/ingester/core/foreigntext"
)

// fileKind is what a dropped file is to the settings.
type fileKind int

const (
	fileOther fileKind = iota
	fileCA
	fileCertificate // a client's, with or without its key
	fileKey
	filePKCS12
	fileProfile
)

// maxCertFile is how much of a file is looked at, in bytes.
const maxCertFile = 256 << 10

// kindOf is the kind of a file. The file name extension says so for profiles and
// PKCS#12, and the content for everything else.
func kindOf(path string) fileKind {
	extension := strings.ToLower(filepath.Ext(path))
	switch {
	case slices.Contains(pkcs12Extensions, extension):
		return filePKCS12
	case extension == ProfileExtension:
		return fileProfile
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return fileOther // reading a pipe could take for ever
	}
	f, err := os.Open(path)
	if err != nil {
		return fileOther
	}
	defer func() { _ = f.Close() }() // only read
	content, err := io.ReadAll(io.LimitReader(f, maxCertFile))
	if err != nil {
		return fileOther
	}
	return kindOfContent(content)
}

// kindOfContent is the kind of a file with this content. PEM blocks count even if
// they are damaged: the settings then say what is wrong with them.
func kindOfContent(content []byte) fileKind {
	blocks, err := foreigntext.PEM(content)
	if err != nil {
		return fileOther
	}
	var first *x509.Certificate // of those that can be read
	certificates, keys := 0, 0
	for _, block := range blocks {
		switch {
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			keys++
		case strings.HasSuffix(block.Type, "CERTIFICATE"):
			if certificates++; first == nil {
				first = certificateIn(block.Bytes)
			}
		}
	}
	if len(blocks) == 0 && isPKCS12(content) {
		return filePKCS12
	}
	if len(blocks) == 0 {
		if first = certificateIn(content); first != nil { // DER
			certificates++
		}
	}
	switch {
	case certificates == 0 && keys == 0:
		return fileOther
	case certificates == 0:
		return fileKey
	case keys == 0 && first != nil && first.IsCA:
		return fileCA
	}
	return fileCertificate
}

// isPKCS12 reports whether content begins like a PKCS#12 file, whatever its name:
// Java still uses .jks and .keystore.
func isPKCS12(content []byte) bool {
	var store struct {
		Version int
		Safe    asn1.RawValue
		MAC     asn1.RawValue `asn1:"optional"`
	}
	_, err := asn1.Unmarshal(content, &store)
	return err == nil && store.Version == 3
}

// certificateIn reads the certificate that der begins with, nil if there is none.
// OpenSSL may write its own data after it.
func certificateIn(der []byte) *x509.Certificate {
	var cert asn1.RawValue
	if _, err := asn1.Unmarshal(der, &cert); err != nil {
		return nil
	}
	parsed, err := x509.ParseCertificate(cert.FullBytes)
	if err != nil {
		return nil
	}
	return parsed
}

// ProfileExtension is the file name extension of profiles.
const ProfileExtension = ".toml"

// The file name extensions that file dialogs offer.
var (
	keyExtensions    = []string{".pem", ".key", ".pub", ".crt", ".cer"} //nolint:gochecknoglobals // a table
	caExtensions     = []string{".pem", ".crt", ".cer", ".der"}         //nolint:gochecknoglobals // a table
	pkcs12Extensions = []string{".p12", ".pfx"}                         //nolint:gochecknoglobals // a table
)
