package auth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// leeway is how far the token server's clock and ours may differ.
const leeway = time.Minute

// claims are the header and payload of a JWT, syntactically checked and
// nothing more.
type claims struct {
	alg, kid string

	subject         string
	role            string
	scopes          []string
	exp, nbf, iat   time.Time // zero where missing
	certificateHash string    // cnf.x5t#S256 (RFC 8705 §3.1)
}

// looksLikeJWT reports whether token is meant to be a signed JWT: three
// parts, the first of them the beginning of a base64url JSON object.
func looksLikeJWT(token string) bool {
	header, rest, _ := strings.Cut(token, ".")
	if strings.Count(rest, ".") != 1 {
		return false
	}
	if strings.HasPrefix(header, "eyJ") {
		return true
	}
	decoded, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil {
		return false
	}
	_, err = parseObject(decoded)
	return err == nil
}

// badClaim says which part of a JWT can't be accepted. It never holds a
// value.
type badClaim string

func (b badClaim) Error() string { return string(b) }

// claimExpired is told apart from the others, because it is counted by itself.
const claimExpired badClaim = "it has already expired by this computer's clock (claim exp); check the clock"

// parseJWT reads a token in the compact form of RFC 7515 without verifying
// it. It is stricter than most libraries: canonical base64url, no name twice,
// no critical extension.
func parseJWT(token string) (claims, error) {
	c, payload, err := parseJWS(token)
	if err != nil {
		return claims{}, err
	}
	if err := c.readPayload(payload); err != nil {
		return claims{}, err
	}
	return c, nil
}

// parseJWS reads the three parts of a token, whatever its payload is.
func parseJWS(token string) (c claims, payload []byte, err error) {
	var parts [3][]byte
	split := strings.Split(token, ".")
	if len(split) != len(parts) {
		return claims{}, nil, badClaim("it has not three parts")
	}
	for i, part := range split {
		decoded, err := base64.RawURLEncoding.Strict().DecodeString(part)
		// The decoder skips line breaks.
		if err != nil || strings.ContainsAny(part, "\r\n") {
			return claims{}, nil, badClaim("it is not base64url")
		}
		parts[i] = decoded
	}
	if err := c.readHeader(parts[0]); err != nil {
		return claims{}, nil, err
	}
	return c, parts[1], nil
}

func (c *claims) readHeader(data []byte) error {
	header, err := parseObject(data)
	if err != nil {
		return badClaim("its header is not a JSON object")
	}
	if c.alg, err = asString(header["alg"]); err != nil || c.alg == "" {
		return badClaim("its header has no alg")
	}
	if c.kid, err = asString(header["kid"]); err != nil {
		return badClaim("its kid is not a string")
	}
	// RFC 7515 §4.1.11: what is critical must be understood, and here is no
	// extension that would be.
	if _, critical := header["crit"]; critical {
		return badClaim("its header demands extensions (crit)")
	}
	if _, unencoded := header["b64"]; unencoded {
		return badClaim("its header demands extensions (b64)")
	}
	kind, err := asString(header["typ"])
	if err != nil {
		return badClaim("its typ is not a string")
	}
	switch strings.TrimPrefix(strings.ToLower(kind), "application/") {
	case "", "jwt", "at+jwt": // RFC 7519 §5.1, RFC 9068 §2.1
		return nil
	}
	return badClaim("its typ is not that of an access token")
}

func (c *claims) readPayload(data []byte) error {
	payload, err := parseObject(data)
	if err != nil {
		return badClaim("its payload is not a JSON object")
	}
	for name, to := range map[string]*time.Time{"exp": &c.exp, "nbf": &c.nbf, "iat": &c.iat} {
		if *to, err = numericDate(payload[name]); err != nil {
			return badClaim("its claim " + name + " is not a date")
		}
	}
	// No setting says which issuer and audience to expect: they are read and
	// not compared.
	var issuer string
	for name, to := range map[string]*string{"sub": &c.subject, "role": &c.role, "iss": &issuer} {
		if *to, err = asString(payload[name]); err != nil {
			return badClaim("its claim " + name + " is not a string")
		}
	}
	for _, name := range []string{"scope", "scopes"} {
		found, err := scopeList(payload[name])
		if err != nil {
			return badClaim("its claim " + name + " is neither a string nor a list of strings")
		}
		c.scopes = append(c.scopes, found...)
	}
	if _, err := scopeList(payload["aud"]); err != nil {
		return badClaim("its claim aud is neither a string nor a list of strings")
	}
	c.certificateHash, err = confirmation(payload["cnf"])
	return err
}

// confirmation reads the thumbprint of the certificate that a token is bound
// to, "" for a token that is bound to none.
func confirmation(raw json.RawMessage) (string, error) {
	if len(raw) == 0 {
		return "", nil
	}
	fields, err := parseObject(raw)
	if err != nil {
		return "", badClaim("its claim cnf is not an object")
	}
	hash, err := asString(fields["x5t#S256"])
	if err != nil {
		return "", badClaim("its claim cnf.x5t#S256 is not a string")
	}
	return hash, nil
}

// numericDate reads a NumericDate (RFC 7519 §2): seconds since 1970, which
// need not be whole. A missing one is the zero time.
func numericDate(raw json.RawMessage) (time.Time, error) {
	if len(raw) == 0 {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseFloat(string(raw), 64)
	const year9999 = 253402300799
	if err != nil || seconds < 0 || seconds > year9999 {
		return time.Time{}, errors.New("not a date")
	}
	return time.Unix(int64(seconds), 0), nil
}

// scopeList reads scopes as servers write them: a text with spaces between,
// or a list. An audience has the same forms (RFC 7519 §4.1.3).
func scopeList(raw json.RawMessage) ([]string, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	if text, err := asString(raw); err == nil {
		return strings.Fields(text), nil
	}
	var list []string
	err := json.Unmarshal(raw, &list)
	return list, err
}

// expired reports whether the token's own end has passed.
func (c claims) expired(now time.Time) bool {
	return !c.exp.IsZero() && !now.Before(c.exp.Add(leeway))
}

// early names the claim that lies in the future, "" when none does.
func (c claims) early(now time.Time) string {
	switch latest := now.Add(leeway); {
	case c.nbf.After(latest):
		return "nbf"
	case c.iat.After(latest):
		return "iat"
	}
	return ""
}
