package transport

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core/wire"
)

// Whatever a server answers, the error has a cause and a text fit to be shown.
func FuzzFailureOf(f *testing.F) {
	f.Add([]byte(`{"detail":[{"loc":["body","ttl_days",0],"msg":"too big"}]}`), 422)
	f.Add([]byte(`{"error":{"code":"X","message":"y"}}`), 409)
	f.Add([]byte(`<html><head><title>502</title></head>Bad Gateway`), 502)
	f.Fuzz(func(t *testing.T, data []byte, status int) {
		for _, contentType := range []string{"", "text/html"} {
			resp := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}}
			e := FailureOf("upload", resp, data, true, time.Now())
			if e.Code == "" || e.Kind == "" || e.Message == "" || strings.ContainsFunc(e.ServerText+e.ServerCode, func(r rune) bool { return r < ' ' }) ||
				len([]rune(e.ServerText)) > wire.MaxText {
				t.Fatalf("%+v", e)
			}
		}
	})
}
