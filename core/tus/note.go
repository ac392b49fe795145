package tus

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/artstore/ingester/core"
)

// note is what an attempt leaves for the next one in Transfer.Resume.
type note struct {
	// The facts of the file that was being sent.
	Size    int64     `json:"size"`
	ModTime time.Time `json:"mod_time"`

	URL   string `json:"url,omitempty"`   // of the upload, or of the joined parts
	Parts []part `json:"parts,omitempty"` // the parts, if they are sent in parallel
	Last  bool   `json:"last,omitempty"`  // the request that completes the upload may have been sent
	// Lost says that an earlier request would have completed the upload, and its
	// answer was lost.
	Lost bool `json:"lost,omitempty"`
	// Accepted says that the server accepted the complete upload. No is the
	// status with which it refused it.
	Accepted bool `json:"accepted,omitempty"`
	No       int  `json:"no,omitempty"`
	// Asked says that the outcome was reported as unknown: if the file is sent
	// again, the user has decided that.
	Asked bool `json:"asked,omitempty"`

	// Unanswered is in how many attempts in a row the server refused to tell the
	// upload's offset.
	Unanswered int `json:"unanswered,omitempty"`

	Refused []string `json:"refused,omitempty"` // refused uploads that still have to be deleted from the server
}

// part is a range of the file that is an upload of its own.
type part struct {
	URL  string `json:"url"`
	From int64  `json:"from"`
	To   int64  `json:"to"`
}

// maxParts is how many parts, or refused uploads, a note may have.
const maxParts = 64

func newNote(src core.Source) note {
	return note{Size: src.Size, ModTime: src.ModTime}
}

// parseNote reads a note. If it can't be read or is of another server than base, the
// result is empty and a new upload begins.
func parseNote(text string, base *url.URL) note {
	var n note
	if text == "" || json.Unmarshal([]byte(text), &n) != nil || len(n.Parts) > maxParts || len(n.Refused) > maxParts {
		return note{}
	}
	for _, target := range n.urls() {
		if found, err := locate(base, target); err != nil || found != target {
			return note{}
		}
	}
	at := int64(0)
	for _, p := range n.Parts {
		if p.URL == "" || p.From != at || p.To <= p.From {
			return note{}
		}
		at = p.To
	}
	if len(n.Parts) > 0 && at != n.Size {
		return note{}
	}
	return n
}

// of reports whether n belongs to the file in its present state. The device number
// is not compared, as it changes when a mount comes back; if it is another file
// nevertheless, the checksum of the whole file shows it.
func (n note) of(src core.Source) bool {
	return n.Size == src.Size && n.ModTime.Equal(src.ModTime)
}

// again returns n for a new upload, without what could be resumed.
func (n note) again(src core.Source) note {
	fresh := newNote(src)
	fresh.Refused = n.Refused
	return fresh
}

// doubtful reports whether an upload of n may be a stored file.
func (n note) doubtful() bool { return n.Last || n.Lost || n.Accepted || n.Asked }

// empty reports whether there is nothing to resume.
func (n note) empty() bool { return n.URL == "" && len(n.Parts) == 0 }

// text writes n, "" if it says nothing.
func (n note) text() string {
	if n.empty() && len(n.Refused) == 0 && n.No == 0 {
		return ""
	}
	data, _ := json.Marshal(n) // all its fields can be written
	return string(data)
}

// urls returns all uploads that the server has.
func (n note) urls() []string { return append(n.live(), n.Refused...) }

// live returns the uploads that can be resumed.
func (n note) live() []string {
	var all []string
	if n.URL != "" {
		all = append(all, n.URL)
	}
	for _, p := range n.Parts {
		all = append(all, p.URL)
	}
	return all
}
