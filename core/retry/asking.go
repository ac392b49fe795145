package retry

import "time"

// askings lists the waits between questions about a file of unknown outcome.
var askings = [...]time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute} //nolint:gochecknoglobals // a table

// Asking returns the wait before a server is asked again about a file that it has not
// listed n times (1…).
func Asking(n int) time.Duration { return askings[min(max(n, 1), len(askings))-1] }
