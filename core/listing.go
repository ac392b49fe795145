package core

import "time"

// Question is a transfer whose outcome a server is asked for.
type Question struct {
	Transfer Transfer
	Since    time.Time // the first attempt that may have stored its file began
	Ended    time.Time // the last one ended
}

// Listing is what a server lists of its files, as far back as the questions
// that it was read for.
type Listing struct {
	Asked bool        // false: no server lists its files, and nobody knows
	Own   bool        // of the server that takes the files: what it has it lists
	Found [][]Receipt // for each question: what may be its file, what fits best first
	Files []ListedFile
}

// ListedFile is a file of a Listing, whosever it is.
type ListedFile struct {
	ID string
	At time.Time // when it was stored, by our clock
}
