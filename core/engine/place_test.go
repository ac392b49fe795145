package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// disk is a folder of files, each of which can be made unreadable.
type disk struct {
	root string
	mu   sync.Mutex
	bad  map[string]error // by name, "" for all
}

func newDisk(t *testing.T, names ...string) *disk {
	d := &disk{root: filepath.Join(t.TempDir(), "disk"), bad: map[string]error{}}
	must(t, os.MkdirAll(d.root, 0o700))
	for _, name := range names {
		must(t, os.WriteFile(filepath.Join(d.root, name), []byte(name), 0o600))
	}
	return d
}

// numbered returns n file names.
func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("f%03d", i))
	}
	return names
}

// fail makes files unreadable with err; nil makes them readable again.
func (d *disk) fail(err error, names ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range names {
		d.bad[name] = err
	}
}

// read returns why a file can't be read.
func (d *disk) read(src core.Source) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range []string{"", filepath.Base(src.Path)} {
		if err := d.bad[name]; err != nil && strings.HasPrefix(src.Path, d.root) {
			return content.Unreadable(err)
		}
	}
	return nil
}

// reach is content.Reach with the failures of the disk.
func (d *disk) reach(src core.Source) (string, error) {
	at, err := content.Reach(src)
	if err == nil {
		err = d.read(src)
	}
	return at, err
}

// on runs an engine that sends real files.
func (d *disk) on(t *testing.T, st Store, change ...func(*Config)) *fixture {
	s := newServer()
	s.reads = true
	s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
		if err := d.read(tr.Source); err != nil {
			return false, err
		}
		return whole(ctx, s, tr, n, p)
	}
	f := begin(t, s, st, append([]func(*Config){func(c *Config) { c.Reach = d.reach }}, change...)...)
	f.patience = 24 * time.Hour
	return f
}

// takes makes every attempt on a good file take a while.
func (s *server) takes(d time.Duration) {
	s.with(func(s *server) {
		inner := s.script
		s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
			ok, err := inner(ctx, s, tr, n, p)
			if err == nil {
				<-time.After(d)
			}
			return ok, err
		}
	})
}

// submitAll scans paths and queues what is found.
func (f *fixture) submitAll(t *testing.T, paths ...string) []core.TransferID {
	t.Helper()
	return f.submit(scan(t, paths...).Sources...)
}

// awaitWaits waits until the engine waits for the folders, and returns the waits.
func (f *fixture) awaitWaits(paths ...string) (waits []core.Wait) {
	f.t.Helper()
	f.await(fmt.Sprintf("waits for %q", paths), func(_ map[core.TransferID]core.Transfer, u core.Update) bool {
		var now []string
		for _, w := range u.Waits {
			now = append(now, w.Path)
		}
		waits = u.Waits
		return slices.Equal(now, paths)
	})
	return waits
}

// A folder that goes away and comes back costs no file an attempt: it is reported
// once, one look at a time is made, and files elsewhere go on.
func TestFolderGoesAndComes(t *testing.T) {
	for _, away := range []time.Duration{time.Second, time.Minute, 10 * time.Hour} {
		t.Run(away.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, other := newDisk(t, numbered(100)...), newDisk(t, numbered(100)...)
				var looks atomic.Int64
				f := d.on(t, newMemory(), func(c *Config) {
					c.Paused = true
					c.Reach = func(src core.Source) (string, error) {
						looks.Add(1)
						return d.reach(src)
					}
				})
				ids, others := f.submitAll(t, d.root), f.submitAll(t, other.root)
				must(t, os.Rename(d.root, d.root+" gone"))
				begun := time.Now()
				must(t, f.ResumeAll(t.Context()))
				w := f.awaitWaits(d.root)[0]
				if w.Profile != "" || w.Reason.Code != core.CodeFolderAway || w.Since.Before(begun) || !w.Until.After(w.Since) {
					t.Errorf("%+v", w)
				}
				f.awaitState(core.StateStored, others...)
				<-time.After(away)
				if n := f.server.total(); n > 100+bulkStreams+smallStreams {
					t.Errorf("%d attempts meanwhile", n)
				}
				if most := smallStreams + 8 + int64(away/lastLook); looks.Load() > most {
					t.Errorf("looked %d times within %v", looks.Load(), away)
				}
				must(t, os.Rename(d.root+" gone", d.root))
				f.awaitState(core.StateStored, ids...)
				if took := time.Since(begun); took > away+lastLook+time.Second {
					t.Errorf("back after %v, done after %v", away, took)
				}
				f.awaitWaits()
				if said := strings.Count(f.log.String(), "files wait for"); said != 1 {
					t.Errorf("said %d times:\n%s", said, f.log)
				}
				_ = f.stop()
			})
		})
	}
}

// A queue waits for a folder that is away at the start. So do transfers that were
// under way when the program ended.
func TestFolderAwayAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, st := newDisk(t, numbered(50)...), newMemory()
		f := d.on(t, st, func(c *Config) { c.Paused = true })
		ids := f.submitAll(t, d.root)
		must(t, os.Rename(d.root, d.root+" gone"))
		must(t, f.ResumeAll(t.Context()))
		f.awaitWaits(d.root)
		must(t, f.stop())
		f = d.on(t, st)
		f.awaitWaits(d.root)
		<-time.After(time.Hour)
		must(t, os.Rename(d.root+" gone", d.root))
		f.awaitState(core.StateStored, ids...)
		_ = f.stop()
	})
}

// While a folder is away its transfers can be cancelled, paused and removed, and a
// retry looks at it at once. When no transfer is left, the wait ends.
func TestVerbsWhileAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(t, numbered(60)...)
		f := d.on(t, newMemory(), func(c *Config) { c.Paused = true })
		ids := f.submitAll(t, d.root)
		must(t, os.Rename(d.root, d.root+" gone"))
		must(t, f.ResumeAll(t.Context()))
		f.awaitWaits(d.root)
		<-time.After(time.Hour + 10*time.Second) // between two looks
		tried := slices.IndexFunc(ids, func(id core.TransferID) bool { return f.get(id).State == core.StateWaiting })
		must(t, f.Retry(t.Context(), ids[tried]))
		must(t, f.Lift(t.Context()))
		f.awaitWaits(d.root)
		if got := f.get(ids[tried]); got.State != core.StateWaiting || got.Error.Code != core.CodeFolderAway || !got.NotBefore.IsZero() || got.Attempts != 1 {
			t.Errorf("%+v", got)
		}
		<-time.After(time.Minute)
		must(t, f.Cancel(t.Context(), ids[0], ids[59]))
		must(t, f.Pause(t.Context(), ids[1], ids[58]))
		must(t, f.Remove(t.Context(), ids[2], ids[57]))
		must(t, os.Rename(d.root+" gone", d.root))
		begun := time.Now()
		must(t, f.Retry(t.Context(), ids[3]))
		f.awaitState(core.StateStored, ids[3:57]...)
		if took := time.Since(begun); took > time.Second {
			t.Errorf("stored %v after the retry", took)
		}
		f.awaitState(core.StateCancelled, ids[0], ids[59])
		f.awaitState(core.StatePaused, ids[1], ids[58])
		if f.server.committed(ids[2])+f.server.committed(ids[57]) > 0 {
			t.Error("what was removed is stored")
		}

		must(t, os.Rename(d.root, d.root+" gone"))
		must(t, f.Retry(t.Context(), ids[0], ids[59]))
		must(t, f.Resume(t.Context(), ids[1], ids[58]))
		f.awaitWaits(d.root)
		must(t, f.Cancel(t.Context(), ids...))
		f.awaitWaits()
		_ = f.stop()
	})
}

// A wait for a folder uses up none of the file's attempts.
func TestFolderAwayIsNoAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(t, "a")
		f := d.on(t, newMemory(), func(c *Config) { c.Paused, c.Policy.Rounds = true, 1 })
		id := f.submitAll(t, d.root)[0]
		must(t, os.Rename(d.root, d.root+" gone"))
		must(t, f.ResumeAll(t.Context()))
		f.awaitWaits(d.root)
		down := failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
		f.server.with(func(s *server) { s.script = fail(repeat(down, 4)...) })
		must(t, os.Rename(d.root+" gone", d.root))
		f.awaitState(core.StateStored, id)
		_ = f.stop()
	})
}

// A caller is told of waits for the folders of its own files only.
func TestCallHearsOfItsFolders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, other := newDisk(t, numbered(5)...), newDisk(t, numbered(5)...)
		f := d.on(t, newMemory(), func(c *Config) { c.Paused = true })
		here, there := f.Call(testProfile, ""), f.Call(testProfile, "")
		for call, root := range map[*Call]string{here: d.root, there: other.root} {
			_, err := call.Submit(t.Context(), scan(t, root).Sources, options())
			must(t, err)
		}
		must(t, os.Rename(d.root, d.root+" gone"))
		must(t, f.ResumeAll(t.Context()))
		f.awaitWaits(d.root)
		for call, want := range map[*Call]int{here: 1, there: 0} {
			snapshot, feed := call.Subscribe()
			feed.Close()
			if len(snapshot.Waits) != want {
				t.Errorf("%+v, want %d", snapshot.Waits, want)
			}
		}
		_ = f.stop()
	})
}

// A computer that can open no more files is waited for like a folder.
func TestTooManyOpenFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(t, numbered(100)...)
		d.fail(syscall.EMFILE, "")
		f := d.on(t, newMemory())
		ids := f.submitAll(t, d.root)
		if w := f.awaitWaits(d.root)[0]; w.Reason.Code != core.CodeTooManyOpen {
			t.Errorf("%+v", w)
		}
		<-time.After(time.Minute)
		d.fail(nil, "")
		f.awaitState(core.StateStored, ids...)
		_ = f.stop()
	})
}

// A file that has to be copied waits until the disk has room. Other files don't
// wait.
func TestDiskFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(t, numbered(20)...)
		sp := &fullSpooler{folder: "/copies", full: true}
		f := d.on(t, newMemory(), func(c *Config) { c.Spooler = sp })
		f.server.with(func(s *server) {
			s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
				if filepath.Base(tr.Source.Path) < "f003" && tr.Source.Copy == "" {
					changed := content.Changed("it holds more")
					changed.Err = content.ErrLength
					return false, changed
				}
				return whole(ctx, s, tr, n, p)
			}
		})
		ids := f.submitAll(t, d.root)
		f.awaitState(core.StateStored, ids[3:]...)
		if w := f.awaitWaits("/copies")[0]; w.Reason.Code != core.CodeDiskFull {
			t.Errorf("%+v", w)
		}
		f.awaitState(core.StateWaiting, ids[:3]...)
		<-time.After(time.Hour)
		if n := f.server.total(); n > 26 {
			t.Errorf("%d attempts", n)
		}
		sp.set(false)
		f.server.with(func(s *server) { s.reads = false }) // there are no real copies to read
		f.awaitState(core.StateStored, ids...)
		f.awaitWaits()
		_ = f.stop()
	})
}

// fullSpooler is a Spooler without a disk.
type fullSpooler struct {
	folder string
	mu     sync.Mutex
	full   bool
}

func (s *fullSpooler) set(full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full = full
}

func (s *fullSpooler) Room() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full {
		return failure(core.KindFile, core.CodeDiskFull, core.OutcomeNotProcessed)
	}
	return nil
}

func (s *fullSpooler) Spool(_ context.Context, src core.Source) (core.Source, error) {
	src.Copy = filepath.Join(s.folder, filepath.Base(src.Path))
	return src, s.Room()
}

func (s *fullSpooler) Folder() string { return s.folder }
func (s *fullSpooler) Drop(string)    {}
func (s *fullSpooler) Sweep([]string) {}
