package retry

import "time"

// askings are the waits between questions for a file whose outcome is unknown.
var askings = [...]time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute} //nolint:gochecknoglobals // a table

// Asking is the wait before a server is asked again for a file that it has not
// listed n times (1…).
func Asking(n int) time.Duration { return askings[min(max(n, 1), len(askings))-1] }
