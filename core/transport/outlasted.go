package transport

import (
	"net/http"
	"time"

	"github.com/artstore/ingester/core"
)

// Outlasted reports whether an answer to a whole body says no to a token that
// had expired while the body was sent, and makes that of its error e: nobody has
// refused the account. A twentieth of the token's life is left to clocks.
func Outlasted(e *core.Error, token core.Token, now time.Time) bool {
	if e.Status != http.StatusUnauthorized || token.Life <= 0 || now.Before(token.Expiry.Add(-token.Life/20)) {
		return false
	}
	e.Kind, e.Code = core.KindServer, core.CodeTokenExpired
	e.Message = "The access token expired while the file was being sent; fewer files at a time, with a new token for each, may fit."
	return true
}
