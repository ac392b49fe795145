package sandbox

import (
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// Faults are ways in which the server does not do what it is asked, as real servers
// may. Its answers say what it has stored. The zero value has none.
type Faults struct {
	EditMode  bool          // every file is kept as temporary, as with Config.Mode "edit"
	KeepDays  int           // days that temporary files are kept; 0 is as asked, or 30 in edit mode
	LoseTags  bool          // tags are accepted and dropped
	Rename    bool          // every byte of a name that is not ASCII becomes "_"
	ListAfter time.Duration // how long after it was stored a file appears in the list
	ListLose  int           // one of so many files is never listed, as if the Admin Module had been down; 0 lists all
	Room      int64         // bytes: larger files are refused as if the disk were full; 0 is no limit
	OtherKey  bool          // the upload service verifies tokens with the wrong key
	Suspended bool          // the account can't sign in
	// ListPage is how many files a page of the list has, at most. Pages begin
	// with the newest file, and the list can't be searched by checksum. 0 is
	// no pages: all files with the checksum.
	ListPage int
}

// change replaces what was asked for a file by what a server in the given mode
// keeps.
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

// listed returns those of all stored files that the list has now.
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

// pageOf returns limit files, the newest first, after skipping at.
func pageOf(files []File, at, limit int) []File {
	files = slices.Clone(files)
	slices.Reverse(files)
	files = files[min(at, len(files)):]
	return files[:min(limit, len(files))]
}
