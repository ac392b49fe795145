package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/spool"
)

// secret is the content of files outside the folder that the user names. It has
// the size of those inside.
const secret = "SECRET"

// world is a folder in which others work while it is uploaded. All contents that
// its files ever had are recorded: the server may have only those.
type world struct {
	*fixture
	t    *testing.T
	dir  string              // holds box, which is uploaded, and out, which is not
	held map[string][]string // contents by path below box, oldest first
	turn int
	mu   sync.Mutex // held during everything that others do
	sent []core.TransferID
}

// newWorld makes the files, in two folders of which each may become a link.
func newWorld(t *testing.T) *world {
	w := &world{t: t, dir: t.TempDir(), held: map[string][]string{}}
	for _, part := range []string{"a", "b"} {
		for _, side := range []string{"box", "out"} {
			must(t, os.MkdirAll(filepath.Join(w.dir, side, part), 0o700))
		}
		for _, name := range []string{"1", "2"} {
			must(t, os.WriteFile(filepath.Join(w.dir, "out", part, name), []byte(secret), 0o600))
			w.write(part + "/" + name)
		}
	}
	s := newServer().with(func(s *server) { s.reads = true })
	w.fixture = begin(t, s, newMemory(), func(c *Config) { c.Spooler = spool.Open(filepath.Join(w.dir, "spool")) })
	return w
}

func (w *world) path(name string) string {
	return filepath.Join(w.dir, "box", filepath.FromSlash(name))
}

// write gives a file new content, with the same size and the same time.
func (w *world) write(name string) {
	w.turn++
	text := fmt.Sprintf("%06d", w.turn)
	stamp, err := os.Lstat("/") // a time that doesn't change
	must(w.t, err)
	must(w.t, os.WriteFile(w.path(name)+"~", []byte(text), 0o600),
		os.Chtimes(w.path(name)+"~", stamp.ModTime(), stamp.ModTime()), os.Rename(w.path(name)+"~", w.path(name)))
	w.held[name] = append(w.held[name], text)
}

// swap turns a folder or a file into a link, to something outside or inside, or
// back into itself.
func (w *world) swap(name, target string) {
	kept := filepath.Join(w.dir, "kept "+strings.ReplaceAll(name, "/", "-"))
	if _, err := os.Lstat(kept); err == nil {
		must(w.t, os.Remove(w.path(name)), os.Rename(kept, w.path(name)))
		return
	}
	must(w.t, os.Rename(w.path(name), kept), os.Symlink(target, w.path(name)))
}

// mischief does one of the things that others may do to the files.
func (w *world) mischief(kind, which int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	part := []string{"a", "b"}[which%2]
	name := part + "/" + []string{"1", "2"}[which/2%2]
	if facts, err := os.Lstat(w.path(part)); kind > 2 && (err != nil || !facts.IsDir()) {
		return // its folder is a link at the moment
	}
	if facts, err := os.Lstat(w.path(name)); kind > 3 && (err != nil || !facts.Mode().IsRegular()) {
		return
	}
	switch kind {
	case 0:
		w.swap(part, filepath.Join(w.dir, "out", part))
	case 1:
		w.swap(part, []string{"b", "a"}[which%2]) // a link to inside
	case 2:
		w.swap(part, filepath.Join(w.dir, "out", part))
	case 3:
		w.swap(name, filepath.Join(w.dir, "out", name))
	case 4:
		w.write(name)
	case 5:
		must(w.t, os.Chmod(w.path(name), 0o640), os.Chmod(w.path(name), 0o600))
	}
}

// submit uploads the folder. Others wait meanwhile: a stored file that happens to
// be a link when its content is compared would be sent once more.
func (w *world) submit() core.Submission {
	w.mu.Lock()
	defer w.mu.Unlock()
	found, err := w.Scan(context.Background(), []string{filepath.Join(w.dir, "box"), "/proc/uptime"}, nil)
	must(w.t, err)
	s, err := w.Submit(context.Background(), found.Sources, options())
	must(w.t, err)
	w.sent = append(w.sent, s.Queued...)
	return s
}

func (w *world) settle() {
	for {
		w.await("rest", func(shown map[core.TransferID]core.Transfer, _ core.Update) bool {
			for _, t := range shown {
				if !t.State.Done() && t.State != core.StateWaiting {
					return false
				}
			}
			return true
		})
		waiting := w.inState(core.StateWaiting)
		if len(waiting) == 0 {
			return
		}
		must(w.t, w.Retry(context.Background(), waiting...))
	}
}

// check compares what is shown as stored with what the server has and with what
// the files have held.
func (w *world) check() error {
	var wrong []error
	for _, id := range w.sent {
		t := w.get(id)
		if t.State != core.StateStored {
			continue
		}
		name := strings.TrimPrefix(t.Source.Name, "box/")
		got := w.server.contents[id]
		switch held := w.held[name]; {
		case w.server.committed(id) != 1:
			wrong = append(wrong, fmt.Errorf("%s is shown as stored, but was committed %d times", name, w.server.committed(id)))
		case name == "uptime":
			if got == "" || int64(len(got)) != t.Source.Size {
				wrong = append(wrong, fmt.Errorf("of uptime %q is stored", got))
			}
		case !slices.Contains(held, got):
			wrong = append(wrong, fmt.Errorf("%s is stored with %q, and held %q", name, got, held))
		}
	}
	return errors.Join(wrong...)
}

// Before, while and after they are sent, files are rewritten with their old time,
// swapped for links and back, or report a wrong length. What is shown as stored
// was once the content of the file that the user named and of no other, and a
// file of which only the directory entry changed is not sent twice.
func TestModelOfFiles(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		moves := rapid.SliceOfN(rapid.IntRange(0, 23), 1, 12).Draw(rt, "moves")
		during := rapid.SliceOfN(rapid.IntRange(0, 23), 0, 6).Draw(rt, "during")
		w := newWorld(t)
		w.server.with(func(s *server) {
			s.streams = 1
			s.onOpen = func(core.Transfer) { // one upload at a time
				if len(during) > 0 {
					w.mischief(during[0]%6, during[0]/6)
					during = during[1:]
				}
			}
		})
		for _, m := range moves {
			w.mischief(m%6, m/6)
			if m%2 == 0 {
				w.submit()
			}
			if m%3 == 0 {
				w.settle()
			}
		}
		w.submit()
		w.settle()
		w.server.with(func(s *server) { s.onOpen = nil })
		for _, name := range []string{"a", "b", "a/1", "a/2", "b/1", "b/2"} { // all links become files and folders again
			kept := filepath.Join(w.dir, "kept "+strings.ReplaceAll(name, "/", "-"))
			if _, err := os.Lstat(kept); err == nil {
				w.swap(name, "")
			}
		}
		for range 3 { // send again what failed because it was a link or had changed
			w.submit()
			w.settle()
		}
		err := w.check()
		copies, _ := filepath.Glob(filepath.Join(w.dir, "spool", "*"))
		for _, name := range []string{"a/1", "a/2", "b/1", "b/2"} {
			n := 0
			for _, id := range w.sent {
				if got := w.get(id); got.State == core.StateStored && got.Source.Path == w.path(name) && w.server.contents[id] == w.held[name][len(w.held[name])-1] {
					n++
				}
			}
			if n != 1 {
				err = errors.Join(err, fmt.Errorf("what %s holds is stored %d times", name, n))
			}
		}
		_ = w.stop()
		if err != nil || len(copies) != 0 {
			rt.Fatalf("%v; copies %v", err, copies)
		}
	})
}
