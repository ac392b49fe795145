package core

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// checksumSize is the length of a SHA-256 in bytes.
const checksumSize = 32

// Checksum is a SHA-256 as 64 lower-case hexadecimal digits, or "" for none.
type Checksum string

// NewChecksum returns the checksum of a 32-byte sum.
func NewChecksum(sum []byte) Checksum { return Checksum(hex.EncodeToString(sum)) }

// ParseChecksum reads the forms that servers use: bare hex in either case,
// "sha256:<hex>", base64, and RFC 9530 "sha-256=:<base64>:". An empty text
// gives an empty checksum.
func ParseChecksum(text string) (Checksum, error) {
	s := strings.TrimSpace(text)
	if s == "" {
		return "", nil
	}
	lower := strings.ToLower(s)
	for _, prefix := range []string{"sha256:", "sha-256:", "sha-256=", "sha256="} {
		if strings.HasPrefix(lower, prefix) {
			s = s[len(prefix):]
			break
		}
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, ":"), ":")
	if sum, err := hex.DecodeString(s); err == nil && len(sum) == checksumSize {
		return NewChecksum(sum), nil
	}
	if sum, err := base64.StdEncoding.Strict().DecodeString(s); err == nil && len(sum) == checksumSize {
		return NewChecksum(sum), nil
	}
	return "", fmt.Errorf("not a SHA-256: %.80q", text)
}
