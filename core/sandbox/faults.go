package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/artstore/ingester/core"
)

// Faults make the server one that does otherwise than it is asked, as real ones
// do. What it stores is what it answers. The zero value has none.
type Faults struct {
	EditMode  bool          // every file is kept as temporary: an element for nothing else
	KeepDays  int           // for so many days, whatever is asked; 0 does as asked, or 30 in edit mode
	LoseTags  bool          // tags are taken and forgotten
	Rename    bool          // names are kept with "_" for all but ASCII
	ListAfter time.Duration // a file is listed so long after it was stored
	// ListPage is how many files a page of the list has at most. Pages come
	// newest first, and the checksum asked for is not looked at. 0 lists
	// everything that has it.
	ListPage int
}

// change makes of what was asked for a file what the server keeps of it.
func (f Faults) change(file *File) {
	if f.EditMode && file.Retention == core.RetentionPermanent {
		file.Retention, file.TTLDays = core.RetentionTemporary, core.DefaultTTLDays
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

// listed are the files that the list has by now.
func (f Faults) listed(files []File, now time.Time) []File {
	return slices.DeleteFunc(files, func(file File) bool { return f.ListAfter > 0 && now.Sub(file.UploadedAt) < f.ListAfter })
}

// page is the part of the list that a request is for: from offset on, or skip as
// the first generation calls it.
func (f Faults) page(files []File, r *http.Request) (part []File, more bool, err error) {
	slices.Reverse(files)
	at, limit := 0, f.ListPage
	for name, n := range map[string]*int{"offset": &at, "skip": &at, "limit": &limit} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		if *n, err = strconv.Atoi(text); err != nil || *n < 0 {
			return nil, false, badField(name, "value_error", "%s must be a number, not %q", name, clip(text))
		}
	}
	limit = min(limit, f.ListPage)
	files = files[min(at, len(files)):]
	return files[:min(limit, len(files))], len(files) > limit, nil
}

// entry1 is a file in the first generation's list.
type entry1 struct {
	FileID     string `json:"file_id"`
	Name       string `json:"original_filename"`
	StoredName string `json:"storage_filename"`
	Size       int64  `json:"file_size"`
	Checksum   string `json:"checksum"`
	CreatedAt  string `json:"created_at"` // Python's isoformat, without a zone
	CreatedBy  string `json:"created_by_username"`
}

// paged answers a page of the list in the words of the server's generation.
func (s *Server) paged(files []File, r *http.Request) (any, error) {
	total := len(files)
	part, more, err := s.cfg.Faults.page(files, r)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, f := range part {
		if s.cfg.Generation == generation1 {
			items = append(items, entry1{f.ID, f.Name, f.ID, f.Size, string(s.told(f)), f.UploadedAt.Format("2006-01-02T15:04:05.999999"), "ingester"})
		} else {
			items = append(items, s.receipt(f))
		}
	}
	if s.cfg.Generation == generation1 {
		return map[string]any{"total": total, "files": items}, nil
	}
	return map[string]any{"total": total, "items": items, "has_more": more}, nil
}
