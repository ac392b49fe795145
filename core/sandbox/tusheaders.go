package sandbox

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"strings"

	"github.com/artstore/ingester/core"
)

// checksumAlgorithms are the algorithms of Upload-Checksum, best first.
const checksumAlgorithms = "sha256,sha1"

// badHeader refuses an invalid request header.
func badHeader(format string, args ...any) *refusal {
	r := badField("", "value_error", format, args...)
	r.status = http.StatusBadRequest
	return r
}

// pieceSum is an Upload-Checksum: the checksum of the bytes of one request.
type pieceSum struct {
	algorithm string
	sum       string // bytes
}

// parsePieceSum reads "sha256 <base64>". It returns nil for "".
func parsePieceSum(header string) (*pieceSum, error) {
	if header == "" {
		return nil, nil
	}
	algorithm, encoded, _ := strings.Cut(header, " ")
	p := &pieceSum{algorithm: algorithm}
	h := p.hash()
	if h == nil {
		return nil, badHeader("Upload-Checksum must name one of %s, not %q", checksumAlgorithms, clip(algorithm))
	}
	sum, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(sum) != h.Size() {
		return nil, badHeader("Upload-Checksum holds no base64 of a %s", algorithm)
	}
	p.sum = string(sum)
	return p, nil
}

// hash is a new hash for the sum, nil if there is no sum.
func (p *pieceSum) hash() hash.Hash {
	switch {
	case p == nil:
		return nil
	case p.algorithm == "sha256":
		return sha256.New()
	case p.algorithm == "sha1":
		return sha1.New()
	}
	return nil
}

// parseReprDigest reads the SHA-256 of a Repr-Digest (RFC 9530), a dictionary such
// as "sha-256=:<base64>:, sha-512=:…:". It ignores other algorithms; without
// SHA-256 the checksum is "".
func parseReprDigest(header string) (core.Checksum, error) {
	for member := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(member), "=")
		if !strings.EqualFold(name, "sha-256") {
			continue
		}
		value, _, _ = strings.Cut(value, ";") // no parameters are defined
		value = strings.TrimSpace(value)
		inner, opened := strings.CutPrefix(value, ":")
		inner, closed := strings.CutSuffix(inner, ":")
		sum, err := base64.StdEncoding.Strict().DecodeString(inner)
		if !opened || !closed || err != nil || len(sum) != sha256.Size {
			return "", badHeader("Repr-Digest holds no sha-256=:<base64>:")
		}
		return core.NewChecksum(sum), nil
	}
	return "", nil
}

// reprDigest is a checksum in the form of Repr-Digest.
func reprDigest(sum core.Checksum) string {
	raw, err := hex.DecodeString(string(sum))
	if err != nil {
		return "" // can't happen: stored files have a valid checksum
	}
	return "sha-256=:" + base64.StdEncoding.EncodeToString(raw) + ":"
}

// parseMetadata reads an Upload-Metadata, such as "name <base64>,flag".
func parseMetadata(header string) (map[string]string, error) {
	meta := map[string]string{}
	if strings.TrimSpace(header) == "" {
		return meta, nil
	}
	for element := range strings.SplitSeq(header, ",") {
		name, encoded, _ := strings.Cut(strings.TrimSpace(element), " ")
		value, err := base64.StdEncoding.Strict().DecodeString(encoded)
		switch _, again := meta[name]; {
		case name == "":
			return nil, badHeader("Upload-Metadata has an element without a name")
		case strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }):
			return nil, badHeader("Upload-Metadata has a name with other characters than printable ASCII")
		case again:
			return nil, badHeader("Upload-Metadata has %s more than once", clip(name))
		case err != nil:
			return nil, badHeader("the value of %s in Upload-Metadata is not base64", clip(name))
		}
		meta[name] = string(value)
	}
	return meta, nil
}
