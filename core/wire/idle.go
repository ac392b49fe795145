package wire

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// If a server closes a connection just when a request is sent on it, the request is
// lost and it is not known whether it was read. So a connection that has been idle
// for nearly as long as its server keeps it is not used again.
const (
	// IdleLimit is how long a connection may be idle if its server doesn't say
	// how long it keeps it: less than the shortest known times (gunicorn 2 s;
	// uvicorn, Node.js, Apache 5 s). After a longer pause this costs a handshake,
	// which resumes a TLS session.
	IdleLimit = 1500 * time.Millisecond

	leastIdle  = 500 * time.Millisecond
	mostIdle   = 90 * time.Second
	idleMargin = time.Second // for the round trip, and for servers that count whole seconds
)

// KeptIdle is how long a connection may be idle if its server keeps idle ones for the
// given time.
func KeptIdle(server time.Duration) time.Duration {
	return min(max(server-idleMargin, leastIdle), mostIdle)
}

// KeepAlive returns how long the server keeps idle connections, by its header
// Keep-Alive: timeout=5. Only HTTP/1.1 has that.
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
