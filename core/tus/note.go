package tus

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/artstore/ingester/core"
)

// note is what an attempt leaves for the next one, as Transfer.Resume.
type note struct {
	// Of the file that was being sent.
	Size    int64     `json:"size"`
	ModTime time.Time `json:"mod_time"`

	URL   string `json:"url,omitempty"`   // of the upload, or of what the parts became
	Parts []part `json:"parts,omitempty"` // of an upload in parallel parts
	Last  bool   `json:"last,omitempty"`  // what completes the upload is on its way
	// Lost says that the answer to an earlier request that would have completed
	// the upload was never heard.
	Lost bool `json:"lost,omitempty"`
	// Accepted says that the server has said yes to what completed the upload,
	// No the status with which it has said no.
	Accepted bool `json:"accepted,omitempty"`
	No       int  `json:"no,omitempty"`
	// Asked says that the outcome has been reported as unknown: who sends again
	// has decided so.
	Asked bool `json:"asked,omitempty"`

	// Unanswered is how many attempts in a row the server refused to say how
	// far the upload is.
	Unanswered int `json:"unanswered,omitempty"`

	Refused []string `json:"refused,omitempty"` // uploads that the server refused, still to be deleted there
}

// part is a slice of the file that is an upload of its own.
type part struct {
	URL  string `json:"url"`
	From int64  `json:"from"`
	To   int64  `json:"to"`
}

// maxParts is how many parts, or refused uploads, a note may name.
const maxParts = 64

func newNote(src core.Source) note {
	return note{Size: src.Size, ModTime: src.ModTime}
}

// parseNote reads a note. What can't be read, or names another server than
// base's, is no note: the upload begins anew.
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

// of reports whether n belongs to a file as it is. A mount that comes back has
// another device number; should it be another file, the checksum of the whole
// says so.
func (n note) of(src core.Source) bool {
	return n.Size == src.Size && n.ModTime.Equal(src.ModTime)
}

// again is n without what there was to go on from: the next upload is a new one.
func (n note) again(src core.Source) note {
	fresh := newNote(src)
	fresh.Refused = n.Refused
	return fresh
}

// doubtful reports whether what n names may be a stored file.
func (n note) doubtful() bool { return n.Last || n.Lost || n.Accepted || n.Asked }

// empty reports whether there is nothing to go on from.
func (n note) empty() bool { return n.URL == "" && len(n.Parts) == 0 }

// text writes n, "" where it says nothing.
func (n note) text() string {
	if n.empty() && len(n.Refused) == 0 && n.No == 0 {
		return ""
	}
	data, _ := json.Marshal(n) // holds nothing that can't be written
	return string(data)
}

// urls are all uploads that the server has.
func (n note) urls() []string { return append(n.live(), n.Refused...) }

// live are the uploads from which there is something to go on.
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
