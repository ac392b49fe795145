package sandbox

import (
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// Faults make the server one that does otherwise than it is asked, as real ones
// do. What it stores is what it answers. The zero value has none.
type Faults struct {
	EditMode  bool          // every file is kept as temporary, as with Config.Mode "edit"
	KeepDays  int           // for so many days, whatever is asked; 0 does as asked, or 30 in edit mode
	LoseTags  bool          // tags are taken and forgotten
	Rename    bool          // names are kept with "_" for all but ASCII
	ListAfter time.Duration // a file is listed so long after it was stored
	ListLose  int           // of so many files one is never listed, as by an Admin Module that was away; 0 loses none
	Room      int64         // bytes: a larger file fits nowhere, though smaller ones do; 0 is room enough
	OtherKey  bool          // the upload service has another key than the one that tokens are signed with
	Suspended bool          // the account can't sign in
	// ListPage is how many files a page of the list has at most. Pages come
	// newest first, and the checksum asked for is not looked at. 0 lists
	// everything that has it.
	ListPage int
}

// change makes of what was asked for a file what a server in the given mode keeps
// of it.
func (f Faults) change(file *File, mode string) {
	switch {
	case mode == modeEdit && file.Retention == core.RetentionPermanent:
		file.Retention, file.TTLDays = core.RetentionTemporary, core.DefaultTTLDays
	case mode == modeRW:
		file.Retention, file.TTLDays, file.ExpiresAt = core.RetentionPermanent, 0, time.Time{}
	}
	if file.Retention == core.RetentionTemporary {
		if f.KeepDays > 0 {
			file.TTLDays = f.KeepDays
		}
		file.ExpiresAt = file.UploadedAt.AddDate(0, 0, file.TTLDays)
	}
	if f.LoseTags {
		file.Tags = nil
	}
	if f.Rename {
		name := []byte(file.Name)
		for i, b := range name {
			if b >= 0x80 {
				name[i] = '_'
			}
		}
		file.Name = string(name)
	}
}

// listed are the files that the list has by now, of all that are stored.
func (f Faults) listed(files []File, now time.Time) []File {
	listed := files[:0:0]
	for i, file := range files {
		lost := f.ListLose > 0 && (i+1)%f.ListLose == 0
		if !lost && now.Sub(file.UploadedAt) >= f.ListAfter {
			listed = append(listed, file)
		}
	}
	return listed
}

// pageOf is the part of a list, newest first, that begins at a place.
func pageOf(files []File, at, limit int) []File {
	files = slices.Clone(files)
	slices.Reverse(files)
	files = files[min(at, len(files)):]
	return files[:min(limit, len(files))]
}
