package core

import "time"

// Question asks a server about a transfer of unknown outcome.
type Question struct {
	Transfer Transfer
	Since    time.Time // when the first attempt that may have stored its file began
	Ended    time.Time // when the last one ended
}

// Listing is what a server lists of its files, as far back as the questions go.
type Listing struct {
	Asked bool        // false: no server lists its files, so the outcomes stay unknown
	Own   bool        // the list is of the server that takes the files, and is complete
	Found [][]Receipt // for each question the files that may be meant, best match first
	Files []ListedFile
}

// ListedFile is a file of a Listing, ours or not.
type ListedFile struct {
	ID string
	At time.Time // when it was stored, by our clock
}
