package tlsconfig

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/artstore/ingester/core"
)

// The library can't read a key store with several identities (as Java has, and the
// exports of Windows, macOS and Firefox): it takes only one key and two parts. So the
// keys, which are encrypted one by one, and the other parts are handed to it
// separately, each as a file of its own.

// keyStore is a PKCS#12 file split into parts.
type keyStore struct {
	file       pfx
	passphrase core.Secret
	keys       []safeBag
	parts      [][]byte // parts that may have certificates, each a ContentInfo
}

// maxParts is more than the keys and parts of any key store in use.
const maxParts = 64

// split splits a file into parts.
func (p pfx) split(passphrase core.Secret) (keyStore, error) {
	s := keyStore{file: p, passphrase: passphrase}
	safe, err := p.content()
	if err != nil {
		return s, err
	}
	var parts []asn1.RawValue
	if _, err := asn1.Unmarshal(safe, &parts); err != nil {
		return s, err
	}
	for _, raw := range parts {
		var part contentInfo
		if _, err := asn1.Unmarshal(raw.FullBytes, &part); err != nil {
			return s, err
		}
		if !part.Type.Equal(oidData()) {
			s.parts = append(s.parts, raw.FullBytes)
			continue
		}
		var data []byte
		var bags, others []safeBag
		if _, err := asn1.Unmarshal(part.Content.Bytes, &data); err != nil {
			return s, err
		}
		if _, err := asn1.Unmarshal(data, &bags); err != nil {
			return s, err
		}
		for _, bag := range bags {
			if bag.ID.Equal(oidBag(keyBag)) || bag.ID.Equal(oidBag(shroudedKeyBag)) {
				s.keys = append(s.keys, bag)
			} else {
				others = append(others, bag)
			}
		}
		if len(others) > 0 {
			if data, err = plainPart(others...); err != nil {
				return s, err
			}
			s.parts = append(s.parts, data)
		}
	}
	if len(s.keys)+len(s.parts) > maxParts {
		return s, errors.New("it has too many parts")
	}
	return s, nil
}

// material reads all certificates and all readable keys.
func (s keyStore) material(m material) (material, error) {
	certificates, err := s.certificates(&m)
	if err != nil {
		return m, err
	}
	for i, bag := range s.keys {
		part, err := plainPart(bag)
		if err != nil {
			return m, err
		}
		found, err := s.decode(certificates, part)
		var key crypto.Signer
		if err == nil {
			key, err = signer(m.path, found.key)
		}
		if err != nil {
			name := fmt.Sprintf("key %d", i+1)
			if alias := bag.alias(); alias != "" {
				name = alias
			}
			m.leftOut = append(m.leftOut, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		m.keys = append(m.keys, key)
		m.call(key, bag.alias())
	}
	if len(m.keys) == 0 {
		return m, errors.New("none of its keys can be read: " + strings.Join(m.leftOut, "; "))
	}
	return m, nil
}

// certificates reads the certificates of all parts into m, and returns an unencrypted
// part with one of them. The library returns certificates only with a key, so a
// made-up key is added.
func (s keyStore) certificates(m *material) ([]byte, error) {
	nobody, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		return nil, err
	}
	standIn, err := plainPart(newBag(keyBag, nobody))
	if err != nil {
		return nil, err
	}
	var failure error
	for _, part := range s.parts {
		if s.named(m, part) {
			continue
		}
		found, err := s.decode(part, standIn)
		if err != nil {
			failure = err // for instance of a part without certificates
			continue
		}
		m.certs = append(m.certs, found.certs...)
	}
	if len(m.certs) == 0 {
		left := strings.Join(m.leftOut, "; ")
		if left == "" && failure != nil {
			left = failure.Error()
		}
		return nil, errors.New("it holds no certificate that can be read: " + left)
	}
	inside, err := asn1.Marshal(m.certs[0].Raw)
	if err != nil {
		return nil, err
	}
	value, err := asn1.Marshal(struct {
		ID   asn1.ObjectIdentifier
		Data asn1.RawValue
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}, explicit(inside)})
	if err != nil {
		return nil, err
	}
	return plainPart(newBag(certBag, value))
}

// named reads the certificates of a part one by one, with their aliases, unless the part
// has an attribute that the library doesn't know. A certificate that can't be read is
// left out and reported by its name.
func (s keyStore) named(m *material, part []byte) bool {
	blocks := s.blocks(part)
	for i, b := range blocks {
		e := newEntry(fmt.Sprintf("certificate %d", i+1), b.Bytes)
		if e.err != nil {
			m.leftOut = append(m.leftOut, fmt.Sprintf("%s: %v", e.name, e.err))
			continue
		}
		m.certs = append(m.certs, e.cert)
		m.name(e.cert, b.Headers["friendlyName"])
	}
	return len(blocks) > 0
}

// aliases notes the aliases that a part has for m's certificates.
func (s keyStore) aliases(m *material, part []byte) {
	for _, b := range s.blocks(part) {
		for _, cert := range m.certs {
			if bytes.Equal(cert.Raw, b.Bytes) {
				m.name(cert, b.Headers["friendlyName"])
			}
		}
	}
}

// blocks returns the certificates of a part with their attributes.
func (s keyStore) blocks(part []byte) []*pem.Block {
	empty, err := plainPart()
	if err != nil {
		return nil
	}
	data, err := s.fileOf(part, empty)
	if err != nil {
		return nil
	}
	//nolint:staticcheck // DecodeChain tells no names, and stops at one bad certificate; of the blocks, only certificates are used
	blocks, err := pkcs12.ToPEM(data, s.passphrase.Reveal())
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(blocks, func(b *pem.Block) bool { return b.Type != "CERTIFICATE" })
}

// decoded is the library's result for a file.
type decoded struct {
	key   any
	certs []*x509.Certificate
}

func (s keyStore) decode(parts ...[]byte) (found decoded, err error) {
	data, err := s.fileOf(parts...)
	if err != nil {
		return found, err
	}
	key, leaf, chain, err := pkcs12.DecodeChain(data, s.passphrase.Reveal())
	return decoded{key, append([]*x509.Certificate{leaf}, chain...)}, err
}

// fileOf returns a PKCS#12 file with these parts and a new MAC.
func (s keyStore) fileOf(parts ...[]byte) ([]byte, error) {
	var raw []asn1.RawValue
	for _, part := range parts {
		raw = append(raw, asn1.RawValue{FullBytes: part})
	}
	safe, err := asn1.Marshal(raw)
	if err != nil {
		return nil, err
	}
	inside, err := dataOf(safe)
	if err != nil {
		return nil, err
	}
	return pfx{Version: s.file.Version, AuthSafe: asn1.RawValue{FullBytes: inside}}.authenticated(s.passphrase)
}
