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

// routes is a mux of our own: nothing that other packages register on the
// default one (profiles, variables) can show up here.
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

// guard keeps web pages out. A page in the user's browser can send requests to
// this machine; the browser then says so by Origin or Sec-Fetch-Site, and a
// page whose name was made to point here (DNS rebinding) by Host. hosts are
// the allowed ones, nil for any.
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

// fromElsewhere reports whether a browser says that another site asks. "none"
// is the user, who typed the address.
func fromElsewhere(sites []string) bool {
	for _, site := range sites {
		if site != "none" && site != "same-origin" {
			return true
		}
	}
	return false
}

// allowedHosts are the names by which a loopback listener may be asked, that by
// which it was configured among them (Debian gives this machine's own name
// 127.0.1.1); nil for an address that other machines reach by names that only
// they know.
func allowedHosts(a *net.TCPAddr, configured string) map[string]bool {
	if !a.IP.IsLoopback() {
		return nil
	}
	hosts := map[string]bool{}
	configured = strings.ToLower(configured)
	for _, host := range []string{loopback, "::1", "localhost", a.IP.String(), configured} {
		hosts[net.JoinHostPort(host, strconv.Itoa(a.Port))] = true
	}
	if a.Port == 80 { // browsers leave the default port out
		hosts[loopback], hosts["[::1]"], hosts["localhost"], hosts[configured] = true, true, true, true
	}
	return hosts
}
