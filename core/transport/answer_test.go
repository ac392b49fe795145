package transport

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestClean(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{" a \r\n\t b ", "a b"}, {"a\x1b[31mb\x00", "a[31mb"}, {"x\u202ey", "xy"}, {`C:\x`, `C:\x`}, {"", ""},
		{"bad\xff", "bad\ufffd"}, {strings.Repeat("ж", 600), strings.Repeat("ж", 500)}, {strings.Repeat("ж ", 600), strings.TrimSpace(strings.Repeat("ж ", 250))},
	} {
		if got := Clean(tt.text); got != tt.want {
			t.Errorf("Clean(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Whatever a server answers, its error has a cause and words fit to be shown.
func FuzzFailureOf(f *testing.F) {
	f.Add([]byte(`{"detail":[{"loc":["body","ttl_days",0],"msg":"too big"}]}`), 422)
	f.Add([]byte(`{"error":{"code":"X","message":"y"}}`), 409)
	f.Add([]byte(`<html><head><title>502</title></head>Bad Gateway`), 502)
	f.Fuzz(func(t *testing.T, data []byte, status int) {
		for _, contentType := range []string{"", "text/html"} {
			resp := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}}
			e := FailureOf("upload", resp, data, true, time.Now())
			if e.Code == "" || e.Kind == "" || e.Message == "" || strings.ContainsFunc(e.ServerText+e.ServerCode, func(r rune) bool { return r < ' ' }) ||
				len([]rune(e.ServerText)) > MaxText {
				t.Fatalf("%+v", e)
			}
		}
	})
}
