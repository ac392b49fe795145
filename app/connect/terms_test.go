package connect

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/engine"
)

// A caller's files go through the proxy of the caller's environment, not of the owner's.
// Callers with different proxies share no connection, and a proxy's password is written
// nowhere.
func TestProxyOfTheCaller(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	c, _ := connectionsTo(t, coretest.NewArtStore(t, ca), ca, slog.New(slog.DiscardHandler))
	c.cfg.Secrets.redactor = core.NewRedactor()
	profile, err := c.cfg.Load("shop")
	if err != nil {
		t.Fatal(err)
	}
	through := func(route string) string {
		t.Helper()
		_, secrets, err := c.settings(engine.Route{Terms: route})
		if err != nil {
			t.Fatal(err)
		}
		proxy, err := proxyFunc(&secrets.proxy)(&http.Request{URL: &url.URL{Scheme: "https", Host: "server.example"}})
		if err != nil {
			t.Fatal(err)
		}
		if proxy == nil {
			return ""
		}
		return proxy.Host
	}
	names := map[string]bool{}
	for _, proxy := range []control.Proxy{{HTTPS: "http://user:pr0xyw0rd@a.example:1"}, {HTTPS: "http://b.example:2"}, {No: "server.example", HTTPS: "http://b.example:2"}} {
		terms := control.Terms{Profile: profile, Secret: core.NewSecret("other"), Proxy: proxy}
		name, leave, err := c.Admit(t.Context(), terms)
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
		again, leaveAgain, err := c.Admit(t.Context(), terms)
		if err != nil || again != name {
			t.Errorf("the same terms are called %q and %q, %v", name, again, err)
		}
		leaveAgain()
		names[name] = true
		want := ""
		if u, err := url.Parse(proxy.HTTPS); err == nil && proxy.No == "" {
			want = u.Host
		}
		if got := through(name); got != want {
			t.Errorf("%+v: goes through %q, want %q", proxy, got, want)
		}
	}
	if len(names) != 3 {
		t.Errorf("three proxies have %d routes", len(names))
	}
	if said := c.cfg.Secrets.redactor.Redact("with pr0xyw0rd"); strings.Contains(said, "pr0xyw0rd") {
		t.Errorf("the log would say %q", said)
	}
}
