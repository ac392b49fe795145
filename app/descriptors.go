package main

// What the open files and connections of a process are spent on.
const (
	// descriptorsPerAttempt: a file, two folders on the way to it, and its own
	// connection, where the server speaks HTTP/1.1.
	descriptorsPerAttempt = 4
	// descriptorsAside are for what comes and goes beside the uploads: signing
	// in, names, the history, certificates read again.
	descriptorsAside = 8
	// manyAttempts are more than the engine makes at once.
	manyAttempts = 256
)

// attemptsThatFit is how many attempts the descriptors at hand are enough for at
// once, 0 where there are plenty.
func attemptsThatFit() int {
	limit, used := descriptors()
	fit := max((limit-used-descriptorsAside)/descriptorsPerAttempt, 1)
	if limit == 0 || fit >= manyAttempts {
		return 0
	}
	return fit
}
