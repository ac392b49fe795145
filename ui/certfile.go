package ui

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// kindOf looks at a file. PKCS#12 and profiles are known by their ending,
// everything else by its content.
func kindOf(path string) fileKind {
	extension := strings.ToLower(filepath.Ext(path))
	switch {
	case slices.Contains(pkcs12Extensions, extension):
		return filePKCS12
	case extension == profileExtension:
		return fileProfile
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return fileOther // a pipe could keep us waiting
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

func kindOfContent(content []byte) fileKind {
	var certificate *x509.Certificate
	found := fileOther
	for rest := content; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch {
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			if found = fileKey; certificate != nil {
				return fileCertificate
			}
		case block.Type == "CERTIFICATE" && found == fileKey:
			return fileCertificate
		case block.Type == "CERTIFICATE" && certificate == nil:
			certificate, _ = x509.ParseCertificate(block.Bytes) // nil: not one
		}
	}
	if certificate == nil && found == fileOther {
		certificate, _ = x509.ParseCertificate(content) // DER
	}
	switch {
	case certificate == nil:
		return found
	case certificate.IsCA:
		return fileCA
	}
	return fileCertificate
}
