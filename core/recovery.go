package core

import "time"

// Recovery is what became of a queue whose database was damaged.
type Recovery struct {
	Path  string    `json:"path"`  // where the damaged database was put
	At    time.Time `json:"at"`    // when
	Cause string    `json:"cause"` // what was wrong with it

	Queued int `json:"queued"` // transfers that were saved
	Stored int `json:"stored"` // entries of the history that were saved
	// Asked are those of Queued of which a newer state may have been lost:
	// the server may have their files. They are not sent before it says that
	// it has not, or the user does.
	Asked int `json:"asked"`

	LostQueued int `json:"lost_queued"` // transfers known to be lost
	LostStored int `json:"lost_stored"` // entries of the history known to be lost
	// Uncounted says that more may be missing than what is known to be.
	Uncounted bool `json:"uncounted"`

	// Folders are those of the files that were queued, where it is known.
	Folders []string `json:"folders"`

	// Told says that a command line has told of it.
	Told bool `json:"told,omitempty"`
}

// Saved is how much of the damaged queue is in the new one.
func (r Recovery) Saved() int { return r.Queued + r.Stored }

// Lost is how much is known to be lost.
func (r Recovery) Lost() int { return r.LostQueued + r.LostStored }

// Complete reports whether nothing is missing.
func (r Recovery) Complete() bool { return r.Lost() == 0 && !r.Uncounted }
