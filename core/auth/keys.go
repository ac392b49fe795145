package auth

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/foreigntext"
	"github.com/artstore/ingester/core/smallfile"
	"github.com/artstore/ingester/core/wire"
)

const (
	opKeys = "fetch keys"
	// keysMaxAge is how long a fetched key is trusted, so that a key that the
	// server has withdrawn is not used for ever.
	keysMaxAge = time.Hour
	// keysPause is the least time between two fetches because of an unknown key.
	keysPause = time.Minute

	minRSA, maxRSA = 2048, 16384 // bits; RFC 7518 §3.3
)

// publicKey is one key that tokens may be signed with.
type publicKey struct {
	id  string // "" for none
	alg string // the only algorithm for which it may be used, "" for any that fits
	key crypto.PublicKey
}

// keys holds the keys of the token server: fixed ones, or fetched and cached ones. It
// is for one caller at a time.
type keys struct {
	fetch   func(context.Context) ([]publicKey, error) // nil: fixed
	mono    func() time.Duration
	set     []publicKey
	fetched time.Duration // by mono
	// tried is when, by mono, the last fetch was made, and failed its error.
	tried  time.Duration
	failed error
}

// verify checks the signature of a token with the header c. It fetches the keys if
// there are none, if they are old and, at most once a minute, if none of them fits,
// as keys are rotated. If a key ID is unknown and may not be looked up again yet, the
// token is not refused: the error says to try again later. The error is errNoKeys if
// there are no keys.
func (k *keys) verify(ctx context.Context, token string, c claims) error {
	fresh, err := k.renew(ctx)
	switch {
	case err != nil:
		return err
	case !allowed(c.alg):
		return badClaim("its alg is not allowed")
	}
	err = k.check(token, c)
	switch {
	case err == nil || fresh || k.fetch == nil:
		return err
	case k.mono()-k.tried < keysPause:
		if k.failed == nil && !k.knows(c.kid) {
			return &core.Error{
				Kind: core.KindServer, Code: core.CodeServerBusy, Op: opKeys, RetryAfter: k.tried + keysPause - k.mono(),
				Message: "The token is signed with a key that the token server has just changed; its keys are fetched once a minute.",
			}
		}
		return cmp.Or(k.failed, err)
	}
	if err := k.refresh(ctx); err != nil {
		return err
	}
	return k.check(token, c)
}

// renew fetches the keys if there are none or if they are old, and reports whether it
// did.
func (k *keys) renew(ctx context.Context) (fresh bool, err error) {
	if k.fetch == nil || (k.set != nil && k.mono()-k.fetched <= keysMaxAge) {
		return false, nil
	}
	return true, k.refresh(ctx)
}

// renewMissed fetches the keys if the server was too busy for that when they were last
// needed. It is called before a token is requested: a server that answers only the
// first of several requests in a row would otherwise never send its keys.
func (k *keys) renewMissed(ctx context.Context) error {
	if k == nil || core.CodeOf(k.failed) != core.CodeServerBusy {
		return nil
	}
	_, err := k.renew(ctx)
	return err
}

// knows reports whether there is a key with this ID, or the token names none.
func (k *keys) knows(kid string) bool {
	return kid == "" || slices.ContainsFunc(k.set, func(key publicKey) bool { return key.id == kid })
}

func (k *keys) refresh(ctx context.Context) error {
	set, err := k.fetch(ctx)
	if core.CodeOf(err) == core.CodeCancelled {
		return err // the failure says nothing about the server
	}
	k.tried, k.failed = k.mono(), err
	if err != nil {
		return err
	}
	k.set, k.fetched = set, k.tried
	return nil
}

// check tries the keys to which the header refers.
func (k *keys) check(token string, c claims) error {
	var fitting []publicKey
	named := 0
	for _, key := range k.set {
		if key.fits(c.alg, c.kid) {
			fitting = append(fitting, key)
			if key.id != "" && key.id == c.kid {
				named++
			}
		}
	}
	if named > 1 {
		return badClaim("the token server has two keys with its kid")
	}
	// Verify only the signature. The header has been read already, more
	// strictly where it matters and more leniently elsewhere than package jws
	// would.
	dot := strings.LastIndexByte(token, '.')
	signature, err := base64.RawURLEncoding.Strict().DecodeString(token[dot+1:])
	if err != nil {
		return badClaim("it is not base64url")
	}
	for _, key := range fitting {
		if jwsbb.Verify(key.key, c.alg, []byte(token[:max(dot, 0)]), signature) == nil {
			return nil
		}
	}
	return badClaim("no key of the token server has signed it")
}

// allowed is the list of algorithms. All of them sign with a private key of the
// server; HMAC is not among them, as it would use the public key as the secret.
func allowed(alg string) bool {
	switch alg {
	case "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA":
		return true
	}
	return false
}

func (k publicKey) fits(alg, kid string) bool {
	if (kid != "" && k.id != "" && kid != k.id) || (k.alg != "" && k.alg != alg) {
		return false
	}
	switch key := k.key.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS")
	case *ecdsa.PublicKey:
		return (alg == "ES256" && key.Curve == elliptic.P256()) || (alg == "ES384" && key.Curve == elliptic.P384())
	case ed25519.PublicKey:
		return alg == "EdDSA"
	}
	return false
}

// fetchKeys fetches the JWKS (RFC 7517) from the configured address, with the client
// that fetched the token.
func (s *Source) fetchKeys(ctx context.Context) ([]publicKey, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.cfg.JWKSURL, http.NoBody)
	if err != nil {
		return nil, core.AsError(err)
	}
	status, header, body, err := s.do(req)
	if err != nil {
		e := wire.NetworkError(opKeys, err)
		if e.Kind != core.KindCancelled {
			e.Message = "Cannot fetch the token server's keys: " + lowerFirst(e.Message)
		}
		return nil, e
	}
	e := &core.Error{Kind: core.KindAuth, Code: core.CodeTokenUntrusted, Op: opKeys, Status: status, Outcome: core.OutcomeAnswered}
	none, before := s.publishesNone(status)
	switch {
	case status == http.StatusOK:
		set, err := parseKeys(body)
		if err != nil {
			e.Message = "The token server's keys can't be used: " + err.Error() + "."
			return nil, e
		}
		s.cfg.Published.add(s.cfg.JWKSURL)
		return set, nil
	case none && before:
		e.Message = "The token server has published its keys before and does not any more: it answered " + strconv.Itoa(status) +
			`. Ask its administrator; where it never will again, set auth.jwks_url to "none".`
		return nil, e
	case none:
		return nil, errNoKeys
	case status >= 300 && status < 400:
		e.Kind, e.Code = core.KindServer, core.CodeRedirect
	case status >= 500 || status == http.StatusTooManyRequests:
		e.Kind, e.Code = core.KindServer, core.CodeServerBusy
		e.RetryAfter = wire.RetryAfter(header, s.cfg.Now())
		e.Message = "Cannot fetch the token server's keys now: it answered " + strconv.Itoa(status) + "."
		return nil, e
	}
	e.Message = "Cannot fetch the token server's keys: it answered " + strconv.Itoa(status) + "; check auth.jwks_url."
	return nil, e
}

// parseKeys reads a JWKS. Keys that can't verify a signature (symmetric ones, keys for
// encryption, unknown types) are skipped, as RFC 7517 §5 asks. A set without any
// other is an error.
func parseKeys(body []byte) ([]publicKey, error) {
	if len(body) > maxBody {
		return nil, errors.New("they are longer than 64 KiB")
	}
	fields, err := parseObject(body)
	if err != nil {
		return nil, errors.New("they are not a JSON object")
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(fields["keys"], &raw); err != nil {
		return nil, errors.New("they hold no list of keys")
	}
	set := []publicKey{}
	for _, r := range raw {
		if key, ok := parseKey(r); ok {
			set = append(set, key)
		}
	}
	if len(set) == 0 {
		return nil, errors.New("none of them can verify a token")
	}
	return set, nil
}

func parseKey(raw json.RawMessage) (publicKey, bool) {
	parsed, err := jwk.ParseKey(raw)
	if err != nil {
		return publicKey{}, false
	}
	// RFC 7517 §4.2 and §4.3: a key may say for what it may be used.
	if use, ok := parsed.KeyUsage(); ok && use != "sig" {
		return publicKey{}, false
	}
	if ops, ok := parsed.KeyOps(); ok && !slices.Contains(ops, jwk.KeyOpVerify) {
		return publicKey{}, false
	}
	public, err := jwk.PublicRawKeyOf(parsed)
	if err != nil || !usable(public) {
		return publicKey{}, false
	}
	key := publicKey{key: public}
	key.id, _ = parsed.KeyID()
	if alg, ok := parsed.Algorithm(); ok {
		key.alg = alg.String()
	}
	return key, true
}

func usable(public crypto.PublicKey) bool {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= minRSA && key.N.BitLen() <= maxRSA
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return true
	}
	return false
}

// readPublicKeys reads a PEM file that an administrator handed out: a public key (PKIX
// or PKCS#1) or a certificate.
func readPublicKeys(path string) ([]publicKey, error) {
	unusable := func(message string, cause error) error {
		return &core.Error{Kind: core.KindConfig, Code: core.CodeCertificateUnreadable, Op: "read public key", Message: message, Err: cause}
	}
	data, err := smallfile.Read(path, maxBody)
	switch {
	case errors.Is(err, smallfile.ErrNotRegular), errors.Is(err, smallfile.ErrTooLarge):
		return nil, unusable("The public key file can't be used: "+err.Error()+".", err)
	case err != nil:
		return nil, unusable("The public key file can't be read.", err)
	}
	blocks, err := foreigntext.PEM(data)
	if err != nil {
		return nil, unusable("The public key file can't be read.", err)
	}
	var set []publicKey
	for _, block := range blocks {
		if block.Err != nil {
			return nil, unusable("The public key file can't be used: "+block.Place()+": "+block.Err.Error()+".", block.Err)
		}
		public := publicKeyOf(block.Bytes)
		if public == nil && (strings.HasSuffix(block.Type, "PUBLIC KEY") || strings.HasSuffix(block.Type, "CERTIFICATE")) {
			return nil, unusable("The public key file can't be used: "+block.Place()+" holds no public key that can be read.", nil)
		}
		if usable(public) {
			set = append(set, publicKey{key: public})
		}
	}
	if len(set) == 0 {
		return nil, unusable("The public key file holds no PEM public key that can verify a token (RSA of 2048 bits or more, ECDSA, Ed25519).", nil)
	}
	return set, nil
}

func publicKeyOf(der []byte) crypto.PublicKey {
	// OpenSSL's trust settings may follow a certificate (TRUSTED CERTIFICATE).
	var first asn1.RawValue
	if _, err := asn1.Unmarshal(der, &first); err != nil {
		return nil
	}
	if cert, err := x509.ParseCertificate(first.FullBytes); err == nil {
		return cert.PublicKey
	}
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		return key
	}
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return key
	}
	return nil
}
