package store

import (
	"os"
	"testing"
)

// TestPageAddsUp: every page of a sound database is consistent, and none is in which a bit of the
// header or of the cells' offsets was changed: an offset may then lead to a cell that is no longer
// in use.
func TestPageAddsUp(t *testing.T) {
	e := newEstate(t, false)
	p, err := openPages(e.write(t))
	must(t, err)
	defer p.close()
	roots, sound, err := (&salvage{pages: p}).roots()
	must(t, err)
	if !sound || len(roots) < 6 {
		t.Fatalf("the schema is not read: %v", roots)
	}
	for name, root := range roots {
		found, err := p.walk(root, func(treePage, cell) error { return nil })
		must(t, err)
		if !found.sound {
			t.Errorf("%s does not add up", name)
		}
	}
	found, err := p.walk(transfersRoot, func(treePage, cell) error { return nil })
	must(t, err)
	leaves := 0
	for no := range found.pages {
		data, err := p.read(no)
		must(t, err)
		if data[0] != tableLeaf {
			continue
		}
		leaves++
		cells := int(data[3])<<8 | int(data[4])
		for at := 1; at < 8+2*cells; at++ {
			for bit := range 8 {
				data[at] ^= 1 << bit
				if page, ok := parsePage(data, no, p.usable); ok && page.whole {
					t.Errorf("page %d counts as consistent with bit %d of byte %d changed", no, bit, at)
				}
				data[at] ^= 1 << bit
			}
		}
	}
	if leaves < 10 {
		t.Errorf("%d leaves", leaves)
	}
}

// TestTransfersRoot: no step of the schema moves the table.
func TestTransfersRoot(t *testing.T) {
	steps, err := migrations()
	must(t, err)
	for version := 1; version <= len(steps); version++ {
		path := t.TempDir() + "/queue.db"
		old(t, path, version, 10)
		p, err := openPages(path)
		must(t, err)
		roots, _, err := (&salvage{pages: p}).roots()
		must(t, err)
		if roots["transfers"] != transfersRoot {
			t.Errorf("version %d has it on page %d", version, roots["transfers"])
		}
		p.close()
		must(t, os.Remove(path))
	}
}
