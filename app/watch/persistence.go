package watch

import "time"

// PatienceAlone is how long a call without a terminal waits by default: nobody is there
// to end it.
const PatienceAlone = time.Hour

const (
	mistakeAfter  = 30 * time.Second // wait for a server that was never reached: more likely a mistake than an outage
	roundAttempts = 5                // attempts for each file in a call that does not wait
	leastTold     = time.Second      // shorter waits are not reported
	saveEvery     = 30 * time.Second // at most between two attempts to save the queue
	unsavedLeast  = 2 * time.Minute  // wait for uploads under way: one that makes no progress has ended by then
)

// Persistence is how long a call waits without progress. Progress is: a file of the
// call has ended, or more of one was sent than ever before in the call. Uploads under
// way are never cut.
type Persistence struct {
	Limit   time.Duration
	Endless bool // there is no limit
	Given   bool // by the user: also for a server that was never reached
}
