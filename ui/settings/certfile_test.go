package settings

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"testing"

	"github.com/artstore/ingester/core/coretest"
)

// The kind of a dropped file is found however its blocks are written, and also if
// they are damaged.
func TestKindOfContent(t *testing.T) {
	ca := coretest.NewCA(t, "Example Root CA")
	client := ca.Client(t, "scanner-07")
	authority, leaf, key := coretest.EncodeCertificates(ca.Cert.Raw), coretest.EncodeCertificates(client.Leaf.Raw), coretest.EncodeKey(t, client.PrivateKey)
	utf16 := func(text []byte) []byte {
		data := []byte("\xff\xfe")
		for _, c := range text {
			data = append(data, c, 0)
		}
		return data
	}
	store, err := os.ReadFile("../../core/tlsconfig/testdata/many.p12")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		content []byte
		want    fileKind
	}{
		"key store":             {store, filePKCS12},
		"key store, cut off":    {store[:90], fileOther},
		"DER key":               {keyDER(t, client.PrivateKey), fileOther},
		"CA":                    {authority, fileCA},
		"DER":                   {ca.Cert.Raw, fileCA},
		"CA with a mark":        {append([]byte("\ufeff"), authority...), fileCA},
		"CA in UTF-16":          {utf16(authority), fileCA},
		"CA with CR":            {bytes.ReplaceAll(authority, []byte("\n"), []byte("\r")), fileCA},
		"CA behind junk":        {append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("junk")}), authority...), fileCA},
		"trusted":               {pem.EncodeToMemory(&pem.Block{Type: "TRUSTED CERTIFICATE", Bytes: append(bytes.Clone(ca.Cert.Raw), 0x30, 0)}), fileCA},
		"certificate":           {leaf, fileCertificate},
		"DER certificate":       {client.Leaf.Raw, fileCertificate},
		"certificate, indented": {append([]byte("  "), bytes.ReplaceAll(leaf, []byte("\n"), []byte("\n  "))...), fileCertificate},
		"certificate cut off":   {leaf[:90], fileCertificate},
		"certificate and key":   {append(bytes.TrimSpace(leaf), key...), fileCertificate},
		"key and certificate":   {append(bytes.TrimSpace(key), leaf...), fileCertificate},
		"key":                   {key, fileKey},
		"key with a mark":       {append([]byte("\ufeff"), key...), fileKey},
		"key, damaged":          {key[1:], fileKey},
		"public key":            {pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("x")}), fileOther},
		"a letter":              {[]byte("Dear Sir"), fileOther},
		"UTF-16, cut off":       {[]byte("\xff\xfex"), fileOther},
		"nothing":               {nil, fileOther},
	} {
		if got := kindOfContent(tt.content); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func keyDER(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
