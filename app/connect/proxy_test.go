package connect

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"

	"github.com/artstore/ingester/core"
)

// An invalid address is an error for the requests that would use it, never a direct
// connection. The error does not show its password.
func TestEnvironmentProxy(t *testing.T) {
	const canary = "s3same-0pen"
	for _, tt := range []struct {
		name   string
		config httpproxy.Config
		url    string
		proxy  string // "" is a direct connection
		code   core.Code
	}{
		{"none", httpproxy.Config{}, "https://a.example", "", ""},
		{"a URL", httpproxy.Config{HTTPSProxy: "http://p.example:3128"}, "https://a.example", "http://p.example:3128", ""},
		{"host and port", httpproxy.Config{HTTPSProxy: "p.example:3128"}, "https://a.example", "http://p.example:3128", ""},
		{"SOCKS", httpproxy.Config{HTTPSProxy: "socks5h://p.example"}, "https://a.example", "socks5h://p.example", ""},
		{"no address", httpproxy.Config{HTTPSProxy: "::bad"}, "https://a.example", "", core.CodeProxyInvalid},
		{"no address, and a password", httpproxy.Config{HTTPSProxy: "http://u:" + canary + "@[::bad"}, "https://a.example", "", core.CodeProxyInvalid},
		{"no host", httpproxy.Config{HTTPSProxy: "http://"}, "https://a.example", "", core.CodeProxyInvalid},
		{"a port that is none", httpproxy.Config{HTTPSProxy: "http://u:" + canary + "@p.example:port"}, "https://a.example", "", core.CodeProxyInvalid},
		{"another scheme", httpproxy.Config{HTTPSProxy: "ftp://u:" + canary + "@p.example"}, "https://a.example", "", core.CodeProxyInvalid},
		{"of the other scheme", httpproxy.Config{HTTPProxy: "::bad"}, "https://a.example", "", ""},
		{"for plain HTTP", httpproxy.Config{HTTPProxy: "::bad"}, "http://a.example", "", core.CodeProxyInvalid},
		{"excepted", httpproxy.Config{HTTPSProxy: "::bad", NoProxy: ".example"}, "https://a.example", "", ""},
		{"another is excepted", httpproxy.Config{HTTPSProxy: "::bad", NoProxy: ".test"}, "https://a.example", "", core.CodeProxyInvalid},
		{"excepted, as Windows lists", httpproxy.Config{HTTPSProxy: "http://p.example", NoProxy: "b.example; a.example\r\n"}, "https://a.example", "", ""},
		{"excepted, as curl takes it", httpproxy.Config{HTTPSProxy: "http://p.example", NoProxy: "\ufeffb.example a.example"}, "https://a.example", "", ""},
		{"excepted by its URL", httpproxy.Config{HTTPSProxy: "http://p.example", NoProxy: "https://a.example:8020/,10.0.0.0/8"}, "https://a.example:8020/x", "", ""},
		{"excepted at another port", httpproxy.Config{HTTPSProxy: "http://p.example", NoProxy: "https://a.example:8020/"}, "https://a.example", "http://p.example", ""},
		{"excepted by its network", httpproxy.Config{HTTPSProxy: "http://p.example", NoProxy: "x; 10.0.0.0/8 y"}, "https://10.1.2.3", "", ""},
		{"all are excepted", httpproxy.Config{HTTPSProxy: "http://p.example", NoProxy: " * "}, "https://a.example", "", ""},
		{"a line end behind it", httpproxy.Config{HTTPSProxy: "http://p.example:3128\r\n"}, "https://a.example", "http://p.example:3128", ""},
		{"this computer", httpproxy.Config{HTTPSProxy: "::bad"}, "https://localhost:8020", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u, err := url.Parse(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			found, err := proxyFunc(&tt.config)(&http.Request{URL: u})
			got := ""
			if found != nil {
				got = found.String()
			}
			if got != tt.proxy || core.CodeOf(err) != tt.code {
				t.Fatalf("%q, %v; want %q and %q", got, err, tt.proxy, tt.code)
			}
			if err != nil && (core.AsError(err).Kind != core.KindConfig || strings.Contains(err.Error(), canary) || !strings.Contains(err.Error(), "_PROXY")) {
				t.Errorf("%v", err)
			}
		})
	}
}
