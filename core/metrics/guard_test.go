package metrics

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	l := serve(t, newMetrics(), "127.0.0.1:0")
	addr := l.tcp.Addr().String()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		host   string
		header http.Header
		status int
	}{
		"address":             {addr, nil, 200},
		"localhost":           {"localhost:" + port, nil, 200},
		"LOCALHOST":           {"LOCALHOST:" + port, nil, 200},
		"IPv6":                {"[::1]:" + port, nil, 200},
		"other site's name":   {"evil.com", nil, 403},
		"with our port":       {"evil.com:" + port, nil, 403},
		"rebound subdomain":   {"localhost.evil.com:" + port, nil, 403},
		"trailing dot":        {"localhost.:" + port, nil, 403},
		"other port":          {"localhost:1", nil, 403},
		"no port":             {"127.0.0.1", nil, 403},
		"user typed it":       {addr, http.Header{"Sec-Fetch-Site": {"none"}}, 200},
		"same origin":         {addr, http.Header{"Sec-Fetch-Site": {"same-origin"}}, 200},
		"cross-site":          {addr, http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403},
		"other local program": {addr, http.Header{"Sec-Fetch-Site": {"same-site"}}, 403},
		"said twice":          {addr, http.Header{"Sec-Fetch-Site": {"none", "cross-site"}}, 403},
		"origin":              {addr, http.Header{"Origin": {"https://evil.com"}}, 403},
		"origin null":         {addr, http.Header{"Origin": {"null"}}, 403},
		"origin empty":        {addr, http.Header{"Origin": {""}}, 403},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL(), nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = tt.host
			for k, v := range tt.header {
				req.Header[k] = v
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != tt.status {
				t.Errorf("%s, want %d", resp.Status, tt.status)
			}
		})
	}
}

func TestAllowedHosts(t *testing.T) {
	tests := []struct {
		ip    string
		name  string // the configured address
		port  int
		allow []string // nil: any host
	}{
		{"127.0.0.1", "127.0.0.1", 9464, []string{"127.0.0.1:9464", "[::1]:9464", "localhost:9464"}},
		{"::1", "127.0.0.1", 9464, []string{"127.0.0.1:9464", "[::1]:9464", "localhost:9464"}},
		{"127.0.0.5", "127.0.0.1", 9464, []string{"127.0.0.1:9464", "[::1]:9464", "localhost:9464", "127.0.0.5:9464"}},
		{"127.0.0.1", "127.0.0.1", 80, []string{"127.0.0.1:80", "[::1]:80", "localhost:80", "127.0.0.1", "[::1]", "localhost"}},
		{"127.0.1.1", "Scanner.example", 9464, []string{"127.0.0.1:9464", "[::1]:9464", "localhost:9464", "127.0.1.1:9464", "scanner.example:9464"}},
		{"127.0.1.1", "scanner", 80, []string{"127.0.0.1:80", "[::1]:80", "localhost:80", "127.0.1.1:80", "scanner:80", "127.0.0.1", "[::1]", "localhost", "scanner"}},
		{"192.0.2.7", "scanner", 9464, nil},
		{"0.0.0.0", "127.0.0.1", 9464, nil},
	}
	for _, tt := range tests {
		got := allowedHosts(&net.TCPAddr{IP: net.ParseIP(tt.ip), Port: tt.port}, tt.name)
		if len(got) != len(tt.allow) || (got == nil) != (tt.allow == nil) {
			t.Errorf("%s port %d: %v, want %v", tt.ip, tt.port, got, tt.allow)
		}
		for _, host := range tt.allow {
			if !got[host] {
				t.Errorf("%s port %d: %s is refused", tt.ip, tt.port, host)
			}
		}
	}
}

// Whatever a request contains, only those with one of the three names, and none of a foreign page, are
// answered.
func FuzzGuard(f *testing.F) {
	for _, host := range []string{"127.0.0.1:9464", "localhost:9464", "evil.com", "127.0.0.1:9464\x00", "[::1]:9464", "LocalHost:9464", "127.1:9464"} {
		f.Add(host, "", "")
		f.Add(host, "https://evil.com", "cross-site")
	}
	hosts := allowedHosts(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9464}, "127.0.0.1")
	f.Fuzz(func(t *testing.T, host, origin, site string) {
		passed := false
		guarded := guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed = true }), hosts)
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.Host = host
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		guarded.ServeHTTP(httptest.NewRecorder(), r)
		name, _, _ := strings.Cut(strings.ToLower(host), ":9464")
		ours := name == "127.0.0.1" || name == "localhost" || name == "[::1]"
		if passed && (!ours || origin != "" || (site != "" && site != "none" && site != "same-origin")) {
			t.Errorf("Host %q, Origin %q, Sec-Fetch-Site %q got in", host, origin, site)
		}
	})
}
