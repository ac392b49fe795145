package main

// How many file descriptors the program needs, and for what.
const (
	// descriptorsPerAttempt: a file, two folders on the way to it, and its own
	// connection, where the server speaks HTTP/1.1.
	descriptorsPerAttempt = 4
	// descriptorsAside are for everything but uploads: sign-in, name resolution,
	// the history, certificates that are read again.
	descriptorsAside = 8
	// manyAttempts is more than the engine makes at a time.
	manyAttempts = 256
)

// attemptsThatFit is how many attempts at a time the process has descriptors for, 0
// if there are enough for all.
func attemptsThatFit() int {
	limit, used := descriptors()
	fit := max((limit-used-descriptorsAside)/descriptorsPerAttempt, 1)
	if limit == 0 || fit >= manyAttempts {
		return 0
	}
	return fit
}
