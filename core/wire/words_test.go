package wire

import (
	"strings"
	"testing"
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

// Every form of servers' error messages, and answers without a message.
func TestWords(t *testing.T) {
	redact := strings.NewReplacer("hunter2", "[redacted]").Replace
	for _, tt := range []struct {
		name, data string
		want       Said
		ok         bool
	}{
		{"first generation", `{"detail":"no \u0007luck"}`, Said{Text: "no luck", ArtStore: true}, true},
		{"FastAPI", `{"detail":[{"loc":["body","a"],"msg":"too big"},{"loc":["body",0],"msg":"what"}]}`, Said{Text: "a: too big; what", ArtStore: true}, true},
		{"second generation", `{"error":{"code":"X","message":"y"}}`, Said{Code: "X", Text: "y", ArtStore: true}, true},
		{"OAuth", `{"error":"invalid_client","error_description":"who?"}`, Said{Code: "invalid_client", Text: "who?"}, true},
		{"gateway", `{"message":"later"}`, Said{Text: "later"}, true},
		{"other types", `{"error":7,"error_description":[],"message":null}`, Said{}, true},
		{"echo", `{"error":"hunter2","error_description":"not \u0068unter2"}`, Said{Code: "[redacted]", Text: "not [redacted]"}, true},
		{"list", `["x"]`, Said{}, false},
		{"page", `<html>x</html>`, Said{}, false},
		{"nothing", ``, Said{}, false},
	} {
		if got, ok := Words([]byte(tt.data), redact); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %+v, %v", tt.name, got, ok)
		}
	}
	if got := Page([]byte("<html><head><title>x</title></head><b>502</b> hunter2"), "", redact); got != "502 [redacted]" {
		t.Errorf("page: %q", got)
	}
}
