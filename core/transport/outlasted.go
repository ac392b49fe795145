package transport

import (
	"net/http"
	"time"

	"github.com/artstore/ingester/core"
)

// Outlasted reports whether e refuses a completely sent body because its token
// expired while the body was sent, and then changes e accordingly: the account was
// not refused. Clocks may differ by a twentieth of the token's life.
func Outlasted(e *core.Error, token core.Token, now time.Time) bool {
	if e.Status != http.StatusUnauthorized || token.Life <= 0 || now.Before(token.Expiry.Add(-token.Life/20)) {
		return false
	}
	e.Kind, e.Code = core.KindServer, core.CodeTokenExpired
	e.Message = "The access token expired while the file was being sent; fewer files at a time, with a new token for each, may fit."
	return true
}
