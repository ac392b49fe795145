package wire

import (
	"net/http"
	"testing"

	"github.com/artstore/ingester/core"
)

// Only the proxy answers CONNECT, so its 401 counts like a 407.
func TestProxyAnswered(t *testing.T) {
	for status, want := range map[int]int{http.StatusUnauthorized: http.StatusProxyAuthRequired, http.StatusForbidden: 0, http.StatusFound: 0, http.StatusServiceUnavailable: 0} {
		e := NetworkError("upload", ProxyAnswered(t.Context(), nil, nil, &http.Response{StatusCode: status}))
		if e == nil || e.Kind != core.KindNetwork || e.Code != core.CodeProxy || e.Status != want {
			t.Errorf("%d: %+v", status, e)
		}
	}
	for _, status := range []int{http.StatusOK, http.StatusProxyAuthRequired} {
		if err := ProxyAnswered(t.Context(), nil, nil, &http.Response{StatusCode: status}); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
}
