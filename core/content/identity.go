package content

import (
	"io/fs"
	"os"
	"time"

	"github.com/artstore/ingester/core"
)

// Describe returns the Source of the file at path, called name, with all facts that
// identify it.
func Describe(path, name string, facts fs.FileInfo) core.Source {
	id, changed := identity(facts, nil, path)
	return core.Source{
		Path: path, Name: name, Size: facts.Size(), ModTime: facts.ModTime().UTC(), FileID: id, Changed: changed,
	}
}

// Same reports whether a and b are certainly the same file with the same content: all
// identifying facts are known and equal. A program can set back a file's modification
// time, but not its change time.
func Same(a, b core.Source) bool {
	return identified(a) && a.Path == b.Path && a.Size == b.Size && a.ModTime.Equal(b.ModTime) &&
		a.FileID == b.FileID && a.Changed.Equal(b.Changed)
}

// identified reports whether all facts that identify a file are known.
func identified(src core.Source) bool { return src.FileID != "" && !src.Changed.IsZero() }

// is reports whether an open file is the one that want describes, by the facts that are
// known of both.
func is(f *os.File, facts fs.FileInfo, want core.Source) bool {
	id, changed := identity(facts, f, want.Path)
	return facts.Size() == want.Size && facts.ModTime().Equal(want.ModTime) &&
		(id == "" || want.FileID == "" || id == want.FileID) && sameMoment(changed, want.Changed)
}

// sameMoment reports whether two times are equal or one of them is unknown.
func sameMoment(a, b time.Time) bool { return a.IsZero() || b.IsZero() || a.Equal(b) }

// moment converts a time of the system; zero means that it keeps none.
func moment(sec, nsec int64) time.Time {
	if sec == 0 && nsec == 0 {
		return time.Time{}
	}
	return time.Unix(sec, nsec).UTC()
}
