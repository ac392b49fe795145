package wire

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/artstore/ingester/core"
)

// ProxyAnswered tells a proxy that refuses the way to the server from the
// server: it is an http.Transport's OnProxyConnectResponse. net/http would
// report the text of the status and nothing else.
func ProxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	switch answer.StatusCode {
	case http.StatusOK, http.StatusProxyAuthRequired: // NetworkError knows what net/http says then
		return nil
	case http.StatusUnauthorized: // meant as 407: to CONNECT nobody but the proxy answers
		return &core.Error{Kind: core.KindNetwork, Code: core.CodeProxy, Op: "connect", Status: http.StatusProxyAuthRequired,
			Message: "The proxy asks for a user name and password."}
	}
	return &core.Error{Kind: core.KindNetwork, Code: core.CodeProxy, Op: "connect",
		Message: fmt.Sprintf("The proxy answered %d and did not connect.", answer.StatusCode)}
}
