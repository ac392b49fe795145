package metrics

import (
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// maxInFlight is how many scrapes are answered at once; more get 503.
const maxInFlight = 4

// routes returns a mux of our own, so that nothing that other packages register on the
// default one (profiles, variables) is served.
func (m *Metrics) routes(log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		MaxRequestsInFlight: maxInFlight,
	}))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("Ingester: the metrics are at /metrics\n"))
	})
	return mux
}

// guard refuses requests of web pages. A page in the user's browser can send requests to
// this machine. The browser then sends Origin or Sec-Fetch-Site, and the Host of a page
// whose name was made to point here (DNS rebinding) is a foreign one. hosts has the
// allowed ones, nil for any.
func guard(next http.Handler, hosts map[string]bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		switch {
		case hosts != nil && !hosts[strings.ToLower(r.Host)]:
			http.Error(w, "Host check error: open this address by 127.0.0.1 or localhost.", http.StatusForbidden)
		case len(r.Header.Values("Origin")) > 0 || fromElsewhere(r.Header.Values("Sec-Fetch-Site")):
			http.Error(w, "Web pages of other sites may not read this.", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// fromElsewhere reports whether a browser says that another site makes the request.
// "none" means that the user typed the address.
func fromElsewhere(sites []string) bool {
	for _, site := range sites {
		if site != "none" && site != "same-origin" {
			return true
		}
	}
	return false
}

// allowedHosts returns the host names that requests to a loopback listener may have,
// including the configured one (Debian gives the machine's own name 127.0.1.1). It is nil
// for an address that other machines can reach, whose names for it are not known here.
func allowedHosts(a *net.TCPAddr, configured string) map[string]bool {
	if !a.IP.IsLoopback() {
		return nil
	}
	hosts := map[string]bool{}
	configured = strings.ToLower(configured)
	for _, host := range []string{loopback, "::1", "localhost", a.IP.String(), configured} {
		hosts[net.JoinHostPort(host, strconv.Itoa(a.Port))] = true
	}
	if a.Port == 80 { // browsers leave out the default port
		hosts[loopback], hosts["[::1]"], hosts["localhost"], hosts[configured] = true, true, true, true
	}
	return hosts
}
