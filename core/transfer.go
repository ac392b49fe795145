package core

import (
	"slices"
	"time"
)

// TransferID is the UUIDv4 of a transfer. It is also its Idempotency-Key, the
// same on every attempt and over restarts.
type TransferID string

// State is the state of a transfer.
type State string

// The states. Stored, Taken, Failed, Unknown and Cancelled are final: nothing happens
// to such a transfer until the user acts.
const (
	StateQueued    State = "queued"    // waits for a worker
	StateSending   State = "sending"   // an attempt is under way
	StateSent      State = "sent"      // the whole body is out, the server is checking
	StateWaiting   State = "waiting"   // waits until NotBefore to try again or to ask the server, or until its profile leads to its destination; Error says why
	StatePaused    State = "paused"    // paused by the user
	StateStored    State = "stored"    // the server has it and its SHA-256 is ours
	StateFailed    State = "failed"    // Error says why
	StateUnknown   State = "unknown"   // may or may not have been stored: the user decides
	StateCancelled State = "cancelled" // cancelled by the user
	StateTaken     State = "taken"     // of unknown outcome, and taken as arrived by the user: nothing was verified
)

// transitions is the table of legal changes. A restart moves Sending and Sent back
// to Queued. If the server may have the file from an earlier attempt, the transfer
// becomes Unknown instead of being sent again or cancelled, and becomes Stored from
// any state once the server says that it has the file. Cancelling can be undone.
var transitions = map[State][]State{ //nolint:gochecknoglobals // a table
	StateQueued:    {StateSending, StateWaiting, StatePaused, StateCancelled, StateFailed, StateUnknown, StateStored},
	StateSending:   {StateSent, StateStored, StateWaiting, StateQueued, StatePaused, StateFailed, StateUnknown, StateCancelled},
	StateSent:      {StateStored, StateWaiting, StateQueued, StatePaused, StateFailed, StateUnknown, StateCancelled},
	StateWaiting:   {StateQueued, StatePaused, StateCancelled, StateFailed, StateUnknown, StateStored},
	StatePaused:    {StateQueued, StateCancelled, StateUnknown, StateStored},
	StateFailed:    {StateQueued, StateCancelled},
	StateUnknown:   {StateQueued, StatePaused, StateStored, StateCancelled, StateTaken},
	StateCancelled: {StateQueued, StatePaused, StateFailed, StateUnknown},
	StateStored:    {},
	StateTaken:     {},
}

// CanBecome reports whether a transfer may go from s to next.
func (s State) CanBecome(next State) bool {
	for _, t := range transitions[s] {
		if t == next {
			return true
		}
	}
	return false
}

// Valid reports whether s is one of the states.
func (s State) Valid() bool { _, ok := transitions[s]; return ok }

// Done reports whether s is final.
func (s State) Done() bool {
	switch s {
	case StateStored, StateTaken, StateFailed, StateUnknown, StateCancelled:
		return true
	}
	return false
}

// InHistory reports whether a transfer in state s belongs to the history: there it
// stays when it is taken off the list. Only StateStored says that a server has the
// file.
func (s State) InHistory() bool { return s == StateStored || s == StateTaken }

// Active reports whether an attempt is under way.
func (s State) Active() bool { return s == StateSending || s == StateSent }

// SmallState is a State in one byte, for very long lists. Its zero value is "".
type SmallState uint8

// smallStates lists the states by their numbers.
var smallStates = [...]State{"", //nolint:gochecknoglobals // a table
	StateQueued, StateSending, StateSent, StateWaiting, StatePaused, StateStored, StateFailed, StateUnknown, StateCancelled, StateTaken}

// Small returns s in one byte. A value that is no state becomes "".
func (s State) Small() SmallState { return SmallState(max(slices.Index(smallStates[:], s), 0)) }

// State returns the state in words.
func (s SmallState) State() State { return smallStates[s] }

// Source is one regular file on this machine, as it was when it was found.
type Source struct {
	Path    string    `json:"path"` // absolute
	Name    string    `json:"name"` // shown: the path below the dropped folder, with slashes
	Size    int64     `json:"size"` // bytes
	ModTime time.Time `json:"mod_time"`
	FileID  string    `json:"file_id,omitempty"` // device and inode or the platform's equivalent, "" if unknown
	// Changed is the system's time of the last change of the content or the
	// entry (ctime), which programs can't set back; zero if unknown.
	Changed time.Time `json:"changed,omitzero"`
	// Copy is the path of a copy that is sent instead of the file, because
	// its length is known only by reading it. "" for none.
	Copy string `json:"snapshot,omitempty"`
}

// Transfer is one file on its way to one server. It is a plain value, passed
// around as a copy.
type Transfer struct {
	ID        TransferID
	Seq       int64 // position in the queue, smallest first
	Source    Source
	Options   Options
	Drop      *Drop  // nil for transfers of earlier versions
	Server    string // ingester URL for which it was accepted
	Account   string // client ID for which it was accepted, "" if it was not kept
	State     State
	Sent      int64     // content bytes sent in this attempt, 0…Source.Size; not durable
	Attempts  int       // attempts begun
	NotBefore time.Time // when a waiting transfer is tried again, zero if it waits for its destination; if the outcome is unknown, when the server is asked again
	Error     *Error    // why it waits, failed or is unknown; in other states non-nil only with OutcomeUnknown: the server may have the file
	Receipt   *Receipt  // Stored only
	Resume    string    // what Progress.Resumable last kept, "" if the upload begins from the start

	QueuedAt   time.Time
	StartedAt  time.Time // when the newest attempt began, zero before the first
	FinishedAt time.Time // when it reached its final state, zero before
}

// Damaged reports whether the entry of t in the database is not what was saved.
// Nothing in it can be trusted.
func (t *Transfer) Damaged() bool { return t.Error != nil && t.Error.Code == CodeStoreDamaged }

// Doubtful reports whether the server may have the file of t, so that it has to be
// asked before the file is sent again.
func (t *Transfer) Doubtful() bool {
	return t.Error != nil && t.Error.Outcome == OutcomeUnknown && !t.Damaged() && !t.State.InHistory()
}

// Attempt is one try at one transfer, kept for the details view and for
// finding possible duplicates.
type Attempt struct {
	Transfer TransferID
	Number   int // 1…
	Start    time.Time
	End      time.Time
	Sent     int64 // content bytes
	Status   int   // HTTP status, 0 without an answer
	Code     Code  // "" on success
	Outcome  Outcome
	Detail   string // the error's text, "" on success
}
