package wire

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxRetryAfter is the longest wait that a server may ask for.
const MaxRetryAfter = 24 * time.Hour

// RetryAfter reads Retry-After (RFC 9110 §10.2.3), seconds or a date. If there are
// several, the longest counts. Values that can't be read, are negative or in the past
// mean no wait; more than a day means a day.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	var longest time.Duration
	for _, value := range h.Values("Retry-After") {
		longest = max(longest, oneRetryAfter(strings.TrimSpace(value), now))
	}
	return min(longest, MaxRetryAfter)
}

func oneRetryAfter(value string, now time.Time) time.Duration {
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" { // seconds, with any number of digits
		seconds, err := strconv.ParseInt(value, 10, 32)
		if err != nil {
			return MaxRetryAfter
		}
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(at.Sub(now), 0)
}
