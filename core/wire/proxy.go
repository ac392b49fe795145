package wire

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/artstore/ingester/core"
)

// ProxyAnswered returns the error of a proxy that refuses to connect to the server. It
// is an http.Transport's OnProxyConnectResponse. net/http alone would report only the
// text of the status.
func ProxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	switch answer.StatusCode {
	case http.StatusOK, http.StatusProxyAuthRequired: // NetworkError knows net/http's errors for these
		return nil
	case http.StatusUnauthorized: // meant as 407: only the proxy answers CONNECT
		return &core.Error{Kind: core.KindNetwork, Code: core.CodeProxy, Op: "connect", Status: http.StatusProxyAuthRequired,
			Message: "The proxy asks for a user name and password."}
	}
	return &core.Error{Kind: core.KindNetwork, Code: core.CodeProxy, Op: "connect",
		Message: fmt.Sprintf("The proxy answered %d and did not connect.", answer.StatusCode)}
}
