package core

import "time"

// Recovery tells what was saved of a queue whose database was damaged.
type Recovery struct {
	Path  string    `json:"path"`  // where the damaged database was put
	At    time.Time `json:"at"`    // when
	Cause string    `json:"cause"` // what was wrong with it

	Queued int `json:"queued"` // transfers that were saved
	Stored int `json:"stored"` // entries of the history that were saved
	// Asked counts those of Queued whose newest state may be lost, so that the
	// server may have their files. They are not sent before the server or the
	// user says that it has not.
	Asked int `json:"asked"`

	LostQueued int `json:"lost_queued"` // transfers known to be lost
	LostStored int `json:"lost_stored"` // entries of the history known to be lost
	// Uncounted says that more may be missing than is known.
	Uncounted bool `json:"uncounted"`

	// Folders lists the folders of the queued files, as far as they are known.
	Folders []string `json:"folders"`

	// Told says that a command has reported it.
	Told bool `json:"told,omitempty"`
}

// Saved is how many entries of the damaged database are in the new one.
func (r Recovery) Saved() int { return r.Queued + r.Stored }

// Lost is how many entries are known to be lost.
func (r Recovery) Lost() int { return r.LostQueued + r.LostStored }

// Complete reports whether nothing is missing.
func (r Recovery) Complete() bool { return r.Lost() == 0 && !r.Uncounted }
