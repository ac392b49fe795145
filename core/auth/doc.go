// Package auth signs in: it gets access tokens by the client credentials
// grant (the Admin Module's JSON or the form of RFC 6749 §4.4), keeps one
// until it is time for the next, and verifies those that are JWTs (RFC 7519)
// before anyone sees them.
//
// It starts no goroutine: the first caller that needs a token fetches it, the
// others wait for what comes of that.
package auth
