package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/artstore/ingester/core/smallfile"
)

// errBroken says that the index can't be trusted. After a failed fsync what is
// on disk is not known any more (the kernel may have dropped it), so nothing is
// confirmed until the next start has read it back.
var errBroken = errors.New("the index is not what was written")

// span is where a line stands in the index.
type span struct {
	at  int64
	len int
}

// index is index.jsonl: a line a stored file, only ever appended to. A line is
// what makes a file stored; a later one for the same file replaces it. Memory
// holds where the lines of keys and IDs stand, no more.
type index struct {
	file *os.File
	dir  string // of the contents: synced before the lines that name them

	flushing sync.Mutex // held by the leader of the group that is being written

	mu        sync.Mutex
	size      int64 // bytes that are durable
	keys      map[string]span
	ids       map[string]span // the last line of each file
	gathering *group          // what comes while another group is being written
	broken    error
}

// group is a number of lines that become durable together.
type group struct {
	lines []entry
	done  chan struct{} // closed when err is known
	err   error
}

// entry is one line, its file ID, and its Idempotency-Key, "" for none.
type entry struct {
	line    []byte
	id, key string
}

// add makes lines durable. What comes while others are being written shares the
// next two fsyncs: whoever comes first leads the group, writes for all and
// tells them.
func (x *index) add(entries ...entry) error {
	x.mu.Lock()
	g := x.gathering
	leads := g == nil
	if leads {
		g = &group{done: make(chan struct{})}
		x.gathering = g
	}
	g.lines = append(g.lines, entries...)
	x.mu.Unlock()
	if leads {
		x.flushing.Lock()
		g.err = x.flush(g)
		x.flushing.Unlock()
		close(g.done)
	}
	<-g.done
	return g.err
}

// flush closes the group to latecomers and writes it.
func (x *index) flush(g *group) error {
	x.mu.Lock()
	x.gathering = nil
	at, broken := x.size, x.broken
	x.mu.Unlock()
	if broken != nil {
		return broken
	}
	var data []byte
	for _, e := range g.lines {
		data = append(data, e.line...)
	}
	// The contents have been synced, but not yet their names.
	if err := smallfile.SyncDir(x.dir); err != nil {
		return x.fail(err)
	}
	if _, err := x.file.WriteAt(data, at); err != nil {
		// A full disk is no damage once the torn part is gone.
		if cut := x.file.Truncate(at); cut != nil {
			return x.fail(errors.Join(err, cut))
		}
		return err
	}
	if err := x.file.Sync(); err != nil {
		return x.fail(err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range g.lines {
		x.note(e.id, e.key, span{at: x.size, len: len(e.line)})
		x.size += int64(len(e.line))
	}
	return nil
}

// note remembers where a line stands.
func (x *index) note(id, key string, where span) {
	x.ids[id] = where
	if key != "" {
		x.keys[key] = where
	}
}

func (x *index) fail(err error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.broken = fmt.Errorf("%w: %w", errBroken, err)
	return x.broken
}

func (x *index) health() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.broken
}

// find returns the file that a key has stored.
func (x *index) find(key string) (f File, found bool, err error) {
	return x.look(x.keys, key)
}

// get returns the file of an ID.
func (x *index) get(id string) (f File, found bool, err error) {
	return x.look(x.ids, id)
}

func (x *index) look(places map[string]span, name string) (f File, found bool, err error) {
	x.mu.Lock()
	where, found := places[name]
	x.mu.Unlock()
	if !found {
		return File{}, false, nil
	}
	line, err := x.read(where)
	if err != nil {
		return File{}, false, err
	}
	if f, err = parseLine(line); err != nil {
		return File{}, false, fmt.Errorf("%w: %w", errBroken, err)
	}
	return f, true, nil
}

// read returns one line.
func (x *index) read(where span) ([]byte, error) {
	line := make([]byte, where.len)
	_, err := x.file.ReadAt(line, where.at)
	return line, err
}

// each calls visit with every whole line, and with where it stands.
func (x *index) each(visit func(line []byte, where span) error) error {
	x.mu.Lock()
	size := x.size
	x.mu.Unlock()
	r := bufio.NewReader(io.NewSectionReader(x.file, 0, size))
	for at := int64(0); ; {
		line, err := r.ReadBytes('\n')
		if err == io.EOF { // what stands before it has no end: not a line
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(line, span{at: at, len: len(line)}); err != nil {
			return err
		}
		at += int64(len(line))
	}
}

// openIndex opens or makes the index. A last line without an end was torn by a
// crash, and its upload never confirmed: it goes.
func openIndex(path, dir string) (*index, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, privateFile) // no O_APPEND: it forbids WriteAt
	if err != nil {
		return nil, err
	}
	x := &index{file: file, dir: dir, keys: map[string]span{}, ids: map[string]span{}}
	info, err := file.Stat()
	if err == nil {
		x.size = info.Size()
		whole := int64(0)
		err = x.each(func(_ []byte, where span) error {
			whole = where.at + int64(where.len)
			return nil
		})
		if err == nil && whole < x.size {
			x.size = whole
			err = errors.Join(file.Truncate(whole), file.Sync())
		}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return x, nil
}
