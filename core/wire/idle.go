package wire

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A request on a connection that its server closes at that moment is lost, and
// nobody knows whether it was read. So no connection carries another request
// that has been idle for nearly as long as its server keeps it.
const (
	// IdleLimit is how long a connection may be idle where its server says
	// nothing: less than what those servers keep it that are known to be
	// quickest (gunicorn 2 s; uvicorn, Node.js, Apache 5 s). It costs a
	// handshake after a pause, and that resumes a TLS session.
	IdleLimit = 1500 * time.Millisecond

	leastIdle  = 500 * time.Millisecond
	mostIdle   = 90 * time.Second
	idleMargin = time.Second // for the way, and for clocks that count whole seconds
)

// KeptIdle is how long a connection may be idle whose server keeps idle ones
// for so long.
func KeptIdle(server time.Duration) time.Duration {
	return min(max(server-idleMargin, leastIdle), mostIdle)
}

// KeepAlive is how long the server says, in Keep-Alive: timeout=5, that it keeps
// idle connections. Only HTTP/1.1 has that.
func KeepAlive(h http.Header) (server time.Duration, ok bool) {
	for _, value := range h.Values("Keep-Alive") {
		for parameter := range strings.SplitSeq(value, ",") {
			name, text, _ := strings.Cut(parameter, "=")
			if !strings.EqualFold(strings.TrimSpace(name), "timeout") {
				continue
			}
			seconds, err := strconv.ParseUint(strings.Trim(strings.TrimSpace(text), `"`), 10, 31)
			if err == nil {
				return time.Duration(seconds) * time.Second, true
			}
		}
	}
	return 0, false
}
