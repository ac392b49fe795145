package diagnose

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"
)

// signer signs tokens with ES256.
type signer struct{ key *ecdsa.PrivateKey }

func newSigner(t *testing.T) signer {
	t.Helper()
	return signer{must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}
}

// mint returns a token that is valid for half an hour unless claims say otherwise.
func (s signer) mint(claims map[string]any) string {
	all := map[string]any{"sub": "reports", "exp": time.Now().Add(30 * time.Minute).Unix()}
	maps.Copy(all, claims)
	payload, _ := json.Marshal(all)
	signed := encode([]byte(`{"alg":"ES256","typ":"JWT"}`)) + "." + encode(payload)
	digest := sha256.Sum256([]byte(signed))
	r, v, _ := ecdsa.Sign(rand.Reader, s.key, digest[:])
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	v.FillBytes(signature[32:])
	return signed + "." + encode(signature)
}

func (s signer) jwks() string {
	point, _ := s.key.PublicKey.Bytes()
	return fmt.Sprintf(`{"keys":[{"kty":"EC","crv":"P-256","use":"sig","x":%q,"y":%q}]}`, encode(point[1:33]), encode(point[33:]))
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
