package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/artstore/ingester/core/smallfile"
)

const defaultPageSize = 4096

func isPageSize(n int) bool { return n >= 512 && n <= 65536 && n&(n-1) == 0 }

// pages reads the pages of a database that SQLite can't read any more, and the
// newer ones in its log.
type pages struct {
	db, log *os.File // nil if there is none
	size    int      // a page's size in bytes
	usable  int      // the part of a page that SQLite uses
	count   uint32
	newer   map[uint32]int64 // pages in the log
	torn    []int64          // pages in the log whose numbers are not known
	wal     wal
}

// openPages opens the database at path and what is left of its log.
func openPages(path string) (*pages, error) {
	db, err := smallfile.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		db, err = nil, nil // its log may still be there
	}
	if err != nil {
		return nil, err
	}
	p := &pages{db: db, newer: map[uint32]int64{}}
	if err := p.open(path); err != nil {
		p.close()
		return nil, fmt.Errorf("reading the damaged queue: %w", err)
	}
	return p, nil
}

func (p *pages) close() {
	for _, f := range []*os.File{p.db, p.log} {
		if f != nil {
			_ = f.Close() // only read
		}
	}
}

func (p *pages) open(path string) error {
	length := int64(0)
	p.size = defaultPageSize
	if p.db != nil {
		info, err := p.db.Stat()
		if err != nil {
			return err
		}
		length = info.Size()
		if p.size, err = p.pageSize(); err != nil {
			return err
		}
	}
	var err error
	if p.wal, err = readWAL(path+"-wal", p.size); err != nil {
		return err
	}
	p.size, p.usable = p.wal.pageSize, p.wal.pageSize
	p.count = uint32((length + int64(p.size) - 1) / int64(p.size))
	if len(p.wal.frames)+len(p.wal.tail) == 0 {
		return nil
	}
	if p.log, err = smallfile.Open(path + "-wal"); err != nil {
		return err
	}
	for _, f := range p.wal.frames {
		if !f.fits {
			p.torn = append(p.torn, f.at)
			continue
		}
		if f.page != 0 && f.page <= p.count+uint32(len(p.wal.frames)) {
			p.newer[f.page] = f.at
			p.count = max(p.count, f.page)
		}
	}
	return nil
}

// recall adds pages after the last complete commit in the log if the log's index
// says that they were committed: the rest of a commit in which the log is cut off
// or damaged.
func (p *pages) recall(path string) {
	index, ok := readSHM(path + "-shm")
	if !ok || index.salts != p.wal.salts {
		return
	}
	end := walHeaderSize + int64(index.frames)*int64(walFrameHeader+p.wal.pageSize)
	for _, f := range p.wal.tail {
		if f.at < end {
			p.torn = append(p.torn, f.at)
		}
	}
}

// pageSize returns the header's page size or, if that is nonsense, finds it: the
// first table begins on the second page.
func (p *pages) pageSize() (int, error) {
	header := make([]byte, 18)
	if _, err := p.db.ReadAt(header, 0); err != nil {
		return defaultPageSize, ended(err)
	}
	size := int(binary.BigEndian.Uint16(header[16:]))
	if size == 1 {
		size = 65536
	}
	kind := make([]byte, 1)
	if !isPageSize(size) {
		return defaultPageSize, nil
	}
	if _, err := p.db.ReadAt(kind, int64(size)); err != nil {
		return defaultPageSize, ended(err)
	}
	if kind[0] != tableLeaf && kind[0] != tableInner {
		size = defaultPageSize
	}
	return size, nil
}

// read returns a page. If the file ends within it, the rest is zero.
func (p *pages) read(no uint32) ([]byte, error) {
	if no == 0 || no > p.count {
		return nil, fmt.Errorf("%w: there is no page %d", errDamaged, no)
	}
	data := make([]byte, p.size)
	if at, ok := p.newer[no]; ok {
		_, err := p.log.ReadAt(data, at)
		return data, ended(err)
	}
	if p.db == nil {
		return data, nil
	}
	_, err := p.db.ReadAt(data, int64(no-1)*int64(p.size))
	return data, ended(err)
}

// free returns the pages that are in no table and have only old content. sound is
// false if the list of them can't be trusted.
func (p *pages) free() (free map[uint32]bool, sound bool, err error) {
	free = map[uint32]bool{}
	first, err := p.read(1)
	if err != nil {
		return free, false, notDamage(err)
	}
	next, want := binary.BigEndian.Uint32(first[32:]), binary.BigEndian.Uint32(first[36:])
	add := func(no uint32) bool {
		if no <= transfersRoot || no > p.count || free[no] {
			return false
		}
		free[no] = true
		return true
	}
	for next != 0 {
		if !add(next) {
			return free, false, nil
		}
		trunk, err := p.read(next)
		if err != nil {
			return free, false, notDamage(err)
		}
		n := binary.BigEndian.Uint32(trunk[4:])
		if n > uint32(p.usable/4-2) {
			return free, false, nil
		}
		for i := range n {
			if !add(binary.BigEndian.Uint32(trunk[8+4*i:])) {
				return free, false, nil
			}
		}
		next = binary.BigEndian.Uint32(trunk)
	}
	return free, uint32(len(free)) == want, nil
}

// notDamage returns err, or nil if err only means that something is damaged.
func notDamage(err error) error {
	if isDamage(err) || ended(err) == nil {
		return nil
	}
	return err
}
