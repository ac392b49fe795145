package tlsconfig

import "encoding/asn1"

// safeBag is an entry of a key store (RFC 7292 §4.2).
type safeBag struct {
	ID         asn1.ObjectIdentifier
	Value      asn1.RawValue `asn1:"tag:0,explicit"`
	Attributes []attribute   `asn1:"set,optional"`
}

type attribute struct {
	ID     asn1.ObjectIdentifier
	Values asn1.RawValue
}

// contentInfo is a part of a key store (RFC 2315 §7).
type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
}

// alias returns an entry's friendly name (RFC 2985 §5.5.1), "" without one.
func (b safeBag) alias() string {
	for _, a := range b.Attributes {
		var names []string
		if a.ID.Equal(oidFriendlyName()) {
			if _, err := asn1.UnmarshalWithParams(a.Values.FullBytes, &names, "set"); err == nil && len(names) > 0 {
				return names[0]
			}
		}
	}
	return ""
}

// The kinds of entries (RFC 7292, appendix D).
const (
	keyBag         = 1
	shroudedKeyBag = 2
	certBag        = 3
)

func oidBag(kind int) asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, kind}
}

func oidData() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1} }

func oidFriendlyName() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20}
}

func newBag(kind int, der []byte) safeBag { return safeBag{ID: oidBag(kind), Value: explicit(der)} }

// plainPart returns an unencrypted part with the bags.
func plainPart(bags ...safeBag) ([]byte, error) {
	type entry struct {
		ID         asn1.ObjectIdentifier
		Value      asn1.RawValue
		Attributes []attribute `asn1:"set,omitempty"`
	}
	entries := make([]entry, len(bags))
	for i, b := range bags {
		entries[i] = entry{b.ID, explicit(b.Value.Bytes), nil}
		for _, a := range b.Attributes {
			if a.ID.Equal(oidFriendlyName()) { // the library refuses files for most others
				entries[i].Attributes = append(entries[i].Attributes, a)
			}
		}
	}
	data, err := asn1.Marshal(entries)
	if err != nil {
		return nil, err
	}
	return dataOf(data)
}

// dataOf returns a ContentInfo of plain data.
func dataOf(data []byte) ([]byte, error) {
	inside, err := asn1.Marshal(data)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}{oidData(), explicit(inside)})
}

// explicit returns der with an explicit tag 0 around it.
func explicit(der []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: der}
}
