package watch

import "time"

// PatienceAlone is how long a call waits without a terminal, where the user says
// nothing: nobody is there to end it.
const PatienceAlone = time.Hour

const (
	mistakeAfter  = 30 * time.Second // for a server that was never reached
	roundAttempts = 5                // of a file, before a call without patience has done with it
	leastTold     = time.Second      // shorter waits are told to nobody
	saveEvery     = 30 * time.Second // at most, until the queue is saved again
	unsavedLeast  = 2 * time.Minute  // for what is under way: an attempt where nothing moves has ended by then
)

// Persistence is how long a call goes on while nothing goes forward. Forward is:
// a file of the call has ended, or more of one was sent than ever before in the
// call. Nothing that is under way is cut.
type Persistence struct {
	Limit   time.Duration
	Endless bool // there is no limit
	Given   bool // by the user: counts for a server that was never reached as well
}
