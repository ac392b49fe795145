package connect

import (
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
	"github.com/artstore/ingester/core/wire"
)

// proxyFunc is http.ProxyFromEnvironment for the variables in c, with two differences.
// An invalid address in HTTPS_PROXY or HTTP_PROXY is an error for every request that
// would use it: net/http ignores it, and the request would go out without a proxy. And
// NO_PROXY may have blanks or semicolons between its entries, and URLs for hosts, as
// in other programs.
func proxyFunc(c *httpproxy.Config) func(*http.Request) (*url.URL, error) {
	invalid := map[string]error{}
	checked := *c
	checked.HTTPProxy, checked.HTTPSProxy = core.Trimmed(c.HTTPProxy), core.Trimmed(c.HTTPSProxy)
	checked.NoProxy = hosts(c.NoProxy)
	c = &httpproxy.Config{HTTPProxy: checked.HTTPProxy, HTTPSProxy: checked.HTTPSProxy}
	for scheme, v := range map[string]struct {
		name  string
		value *string
	}{"https": {"HTTPS_PROXY", &checked.HTTPSProxy}, "http": {"HTTP_PROXY", &checked.HTTPProxy}} {
		if *v.value != "" && !usableProxy(c, scheme) {
			invalid[scheme] = &core.Error{Kind: core.KindConfig, Code: core.CodeProxyInvalid, Op: "find proxy",
				Message: "The proxy address in " + v.name + " is not valid. It should be such as http://proxy.example:3128."}
			*v.value = "http://proxy.invalid" // a valid one, so that NO_PROXY still applies
		}
	}
	proxy := checked.ProxyFunc()
	return func(req *http.Request) (*url.URL, error) {
		if wire.HasZone(req.URL.Host) { // a link-local address: no proxy can reach it
			return nil, nil
		}
		found, err := proxy(req.URL)
		if problem := invalid[req.URL.Scheme]; problem != nil && found != nil {
			return nil, problem
		}
		return found, err
	}
}

// hosts are the entries of NO_PROXY with commas between them.
func hosts(list string) string {
	entries := core.Items(list, ",;")
	for i, entry := range entries {
		if u, err := url.Parse(entry); err == nil && u.Host != "" {
			entries[i] = u.Host
		}
	}
	return strings.Join(entries, ",")
}

// EnvironmentProxy is the proxies that this process's environment names, for the owner
// of the queue.
func EnvironmentProxy() control.Proxy { return proxyTerms(*httpproxy.FromEnvironment()) }

func proxyTerms(c httpproxy.Config) control.Proxy {
	return control.Proxy{HTTP: c.HTTPProxy, HTTPS: c.HTTPSProxy, No: c.NoProxy, CGI: c.CGI}
}

// proxyPassword is the one in HTTPS_PROXY or HTTP_PROXY, zero for none.
func proxyPassword(c httpproxy.Config) core.Secret {
	for _, address := range []string{c.HTTPSProxy, c.HTTPProxy} {
		if u, err := url.Parse(core.Trimmed(address)); err == nil && u.User != nil {
			password, _ := u.User.Password()
			return core.NewSecret(password)
		}
	}
	return core.Secret{}
}

// usableProxy reports whether c has a proxy for URLs of scheme that net/http can use.
// The address is never shown: it may hold a password.
func usableProxy(c *httpproxy.Config, scheme string) bool {
	only := httpproxy.Config{HTTPProxy: c.HTTPProxy, HTTPSProxy: c.HTTPSProxy}
	found, err := only.ProxyFunc()(&url.URL{Scheme: scheme, Host: "server.example"})
	// httpproxy tries again with "http://" before what is no URL: the scheme then
	// becomes the host, and the rest a path.
	if err != nil || found == nil || found.Hostname() == "" || strings.TrimSuffix(found.Path, "/") != "" {
		return false
	}
	switch found.Scheme {
	case "http", "https", "socks5", "socks5h": // as net/http
		return true
	}
	return false
}
