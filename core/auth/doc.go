// Package auth signs in. It fetches access tokens by the client credentials grant
// (the Admin Module's JSON or the form of RFC 6749 §4.4), caches one until it is time
// for the next, and verifies JWTs (RFC 7519) before handing them out.
//
// It starts no goroutine: the first caller that needs a token fetches it, and the
// others wait for the result.
package auth
