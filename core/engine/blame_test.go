package engine

import (
	"errors"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// A file that can't be read while its neighbours can fails alone, after some
// tries; one without permission fails at once.
func TestBadFileFailsAlone(t *testing.T) {
	for _, tt := range []struct {
		err      error
		code     core.Code
		attempts int
	}{
		{syscall.EIO, core.CodeFileUnreadable, 5},
		{syscall.EACCES, core.CodeFilePermission, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDisk(t, numbered(100)...)
			d.fail(tt.err, "f000", "f001", "f050", "f098", "f099")
			f := d.on(t, newMemory())
			f.server.takes(time.Second)
			ids := f.submitAll(t, d.root)
			bad := []core.TransferID{ids[0], ids[1], ids[50], ids[98], ids[99]}
			good := slices.DeleteFunc(slices.Clone(ids), func(id core.TransferID) bool { return slices.Contains(bad, id) })
			f.awaitState(core.StateStored, good...)
			f.awaitState(core.StateFailed, bad...)
			for _, id := range bad {
				if got := f.get(id); got.Error.Code != tt.code || got.Attempts != tt.attempts {
					t.Errorf("%d attempts, %v", got.Attempts, got.Error)
				}
			}
			_ = f.stop()
		})
	}
}

// When only unreadable files are left, it can't be known whether they or their
// folder are at fault. They get some time, and then fail.
func TestBadFilesAreLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(t, numbered(100)...)
		d.fail(syscall.EIO, numbered(100)[90:]...)
		f := d.on(t, newMemory())
		found := scan(t, d.root).Sources
		f.awaitState(core.StateStored, f.submit(found[:90]...)...)
		<-time.After(time.Second)
		ids, begun := f.submit(found[90:]...), time.Now()
		f.awaitWaits(d.root)
		f.awaitState(core.StateFailed, ids...)
		if took := time.Since(begun); took < lonePatience || took > 2*lonePatience {
			t.Errorf("they have failed after %v", took)
		}
		f.awaitWaits()
		_ = f.stop()
	})
}

// If several files in a row can't be read, it is not the files' fault although
// their folder is there.
func TestSeveralFilesFailAlike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, other := newDisk(t, numbered(100)...), newDisk(t, numbered(10)...)
		d.fail(syscall.EIO, "")
		f := d.on(t, newMemory())
		ids := f.submitAll(t, d.root)
		if w := f.awaitWaits(d.root)[0]; w.Reason.Code != core.CodeFolderAway || !errors.Is(w.Reason, syscall.EIO) {
			t.Errorf("%+v", w)
		}
		f.awaitState(core.StateStored, f.submitAll(t, other.root)...)
		<-time.After(time.Hour)
		if n := f.server.total(); n > 10+2*smallStreams {
			t.Errorf("%d attempts within an hour", n)
		}
		d.fail(nil, "")
		d.fail(syscall.EIO, "f007") // one file stays damaged
		f.awaitState(core.StateStored, slices.Delete(slices.Clone(ids), 7, 8)...)
		f.awaitState(core.StateFailed, ids[7])
		_ = f.stop()
	})
}

// A disk gives the beginnings of files and then fails: they are not tried again
// and again without a pause, and the wait's duration counts from the first
// failure.
func TestLooksWellAndIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(t, numbered(100)...)
		d.fail(syscall.EIO, "")
		f := d.on(t, newMemory(), func(c *Config) { c.Paused, c.Reach = true, content.Reach })
		ids, begun := f.submitAll(t, d.root), time.Now()
		must(t, f.ResumeAll(t.Context()))
		<-time.After(time.Hour)
		if n := f.server.total(); n > 130*smallStreams {
			t.Errorf("%d attempts within an hour", n)
		}
		if w := f.awaitWaits(d.root)[0]; w.Since.Sub(begun) > time.Minute {
			t.Errorf("since %v", w.Since.Sub(begun))
		}
		d.fail(nil, "")
		f.awaitState(core.StateStored, ids...)
		f.awaitWaits()
		_ = f.stop()
	})
}
