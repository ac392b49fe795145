package auth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// leeway is how far the token server's clock and ours may differ.
const leeway = time.Minute

// claims has the fields of a JWT's header and payload. Only their syntax was
// checked. All but alg, kid and exp are zero if they are missing or if another system
// uses them for something else.
type claims struct {
	alg, kid string

	subject         string
	admin           bool      // a role with all permissions
	scopes          []string  // empty: the token doesn't tell its permissions
	exp, nbf, iat   time.Time // zero if missing
	certificateHash string    // cnf.x5t#S256 (RFC 8705 §3.1)
}

// looksLikeJWT reports whether token is meant to be a signed JWT: it has three parts,
// and the first begins like a JSON object in base64url.
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

// badClaim says which part of a JWT can't be accepted. It never contains the value.
type badClaim string

func (b badClaim) Error() string { return string(b) }

// claimExpired is distinguished from the others because it is counted separately.
const claimExpired badClaim = "it has already expired by this computer's clock (claim exp); check the clock"

// parseJWT reads a token in the compact form of RFC 7515 without verifying it. It is
// stricter than most libraries: it demands canonical base64url, no repeated name and
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
		// The decoder would skip line breaks.
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
	// RFC 7515 §4.1.11: critical extensions must be understood, and none is
	// understood here.
	if _, critical := header["crit"]; critical {
		return badClaim("its header demands extensions (crit)")
	}
	if _, unencoded := header["b64"]; unencoded {
		return badClaim("its header demands extensions (b64)")
	}
	// RFC 8725 §3.11: a token that says that it is of another kind is not for
	// us. A typ that names no kind of JWT is ignored.
	kind, _ := asString(header["typ"])
	kind = strings.TrimPrefix(strings.ToLower(kind), "application/")
	if strings.HasSuffix(kind, "+jwt") && kind != "at+jwt" { // RFC 9068 §2.1
		return badClaim("its typ is not that of an access token")
	}
	return nil
}

// readPayload reads the claims that we use. exp is required. All others only serve to
// find out sooner what the server would say, so one that can't be read is ignored.
// Issuer and audience are not checked, as no setting says which to expect.
func (c *claims) readPayload(data []byte) error {
	payload, err := parseObject(data)
	if err != nil {
		return badClaim("its payload is not a JSON object")
	}
	if c.exp, err = numericDate(payload["exp"]); err != nil {
		return badClaim("its claim exp is not a date")
	}
	c.nbf, _ = numericDate(payload["nbf"])
	c.iat, _ = numericDate(payload["iat"])
	c.subject, _ = asString(payload["sub"])
	if roles, err := words(payload["role"]); err == nil {
		c.admin = slices.Contains(roles, roleAdmin)
	}
	scope, err := words(payload["scope"])
	more, errMore := words(payload["scopes"])
	if err == nil && errMore == nil { // else the needed scope may be in what can't be read
		c.scopes = slices.Concat(scope, more)
	}
	if binding, err := parseObject(payload["cnf"]); err == nil {
		c.certificateHash, _ = asString(binding["x5t#S256"])
	}
	return nil
}

// numericDate reads a NumericDate (RFC 7519 §2): seconds since 1970, perhaps with a
// fraction, which some systems write as a string. If it is missing or null, the
// result is the zero time.
func numericDate(raw json.RawMessage) (time.Time, error) {
	text := string(raw)
	if s, err := asString(raw); err == nil {
		text = strings.TrimSpace(s)
	}
	if text == "" {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	const year9999 = 253402300799
	if err != nil || math.IsNaN(seconds) || seconds < 0 || seconds > year9999 {
		return time.Time{}, errors.New("not a date")
	}
	return time.Unix(int64(seconds), 0), nil
}

// words reads scopes or roles as servers write them: a text separated by spaces, or a
// list.
func words(raw json.RawMessage) ([]string, error) {
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

// expired reports whether the token has expired by its own claim.
func (c claims) expired(now time.Time) bool {
	return !c.exp.IsZero() && !now.Before(c.exp.Add(leeway))
}

// early returns the name of a claim that is in the future, "" for none.
func (c claims) early(now time.Time) string {
	switch latest := now.Add(leeway); {
	case c.nbf.After(latest):
		return "nbf"
	case c.iat.After(latest):
		return "iat"
	}
	return ""
}
