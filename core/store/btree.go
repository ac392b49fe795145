package store

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Kinds of pages: https://www.sqlite.org/fileformat2.html#b_tree_pages.
const (
	indexInner = 2
	tableInner = 5
	indexLeaf  = 10
	tableLeaf  = 13
)

// Limits of a record that is read: SQLite's own, and more than a transfer can
// have.
const (
	maxColumns = 2000
	maxPayload = 64 << 20
)

// cell is an entry of a page.
type cell struct {
	child   uint32 // the child of an inner page
	row     int64  // the rowid, in a table
	payload int    // length of the record in bytes
	local   []byte // the part of the record on this page
	more    uint32 // the page on which the record continues, 0 for none
	end     int    // where the cell ends in the page
}

// treePage is a page of a table or an index.
type treePage struct {
	kind  byte
	right uint32 // the last child of an inner page
	cells []cell
	// whole says that the page is consistent in itself. In a page that isn't, a
	// cell may no longer be in use.
	whole bool
}

func (p *treePage) inner() bool { return p.kind == indexInner || p.kind == tableInner }

// parsePage parses a page and leaves out what can't be read.
func parsePage(data []byte, no uint32, usable int) (treePage, bool) {
	at := 0
	if no == 1 {
		at = 100 // after the database's header
	}
	p := treePage{kind: data[at], whole: true}
	array := at + 8
	switch p.kind {
	case indexInner, tableInner:
		p.right, array = binary.BigEndian.Uint32(data[at+8:]), at+12
	case indexLeaf, tableLeaf:
	default:
		return p, false
	}
	n, start := int(binary.BigEndian.Uint16(data[at+3:])), int(binary.BigEndian.Uint16(data[at+5:]))
	if start == 0 {
		start = 65536
	}
	if n > (usable-array)/2 || array+2*n > start || start > usable {
		p.whole = false
		n = min(n, (usable-array)/2)
	}
	used := make([]extent, 0, n)
	for i := range n {
		from := int(binary.BigEndian.Uint16(data[array+2*i:]))
		c, ok := parseCell(data[:usable], from, p.kind)
		if !ok || from < start {
			p.whole = false
		}
		if ok {
			p.cells = append(p.cells, c)
			used = append(used, extent{int64(from), int64(c.end)})
		}
	}
	p.whole = p.whole && isFilled(data[:usable], used, start, int(binary.BigEndian.Uint16(data[at+1:])), int(data[at+7]))
	return p, true
}

// isFilled reports whether a page's cells, free blocks and fragments fill it from
// start to its end, without overlap.
func isFilled(data []byte, used []extent, start, block, fragments int) bool {
	for last := 0; block != 0; {
		if block <= last || block < start || block+4 > len(data) {
			return false
		}
		size := int(binary.BigEndian.Uint16(data[block+2:]))
		used = append(used, extent{int64(block), int64(block + size)})
		last, block = block, int(binary.BigEndian.Uint16(data[block:]))
	}
	slices.SortFunc(used, func(a, b extent) int { return cmp.Compare(a.low, b.low) })
	at, gaps := int64(start), int64(0)
	for _, u := range used {
		if u.low < at {
			return false
		}
		gaps += u.low - at
		at = u.high
	}
	return at <= int64(len(data)) && gaps+int64(len(data))-at == int64(fragments)
}

// parseCell reads the cell at an offset.
func parseCell(data []byte, from int, kind byte) (c cell, ok bool) {
	if from < 8 || from >= len(data) {
		return c, false
	}
	at := from
	if kind == indexInner || kind == tableInner {
		if at+4 > len(data) {
			return c, false
		}
		c.child = binary.BigEndian.Uint32(data[at:])
		at += 4
	}
	payload := int64(0)
	if kind != tableInner {
		n := 0
		if payload, n = varint(data[at:]); n == 0 || payload < 0 || payload > maxPayload {
			return c, false
		}
		at += n
	}
	if kind == tableInner || kind == tableLeaf {
		n := 0
		if c.row, n = varint(data[at:]); n == 0 {
			return c, false
		}
		at += n
	}
	c.payload = int(payload)
	local := localSize(c.payload, len(data), kind)
	if at+local > len(data) {
		return c, false
	}
	c.local = data[at : at+local]
	at += local
	if local < c.payload {
		if at+4 > len(data) {
			return c, false
		}
		c.more = binary.BigEndian.Uint32(data[at:])
		at += 4
	}
	c.end = max(at, from+4)
	return c, c.end <= len(data)
}

// localSize is how many bytes of a record are in its cell.
func localSize(payload, usable int, kind byte) int {
	most := usable - 35
	if kind != tableLeaf {
		most = (usable-12)*64/255 - 23
	}
	if payload <= most {
		return payload
	}
	least := (usable-12)*32/255 - 23
	if n := least + (payload-least)%(usable-4); n <= most {
		return n
	}
	return least
}

// record returns the columns of a cell: nil, int64, float64, string or []byte.
func (p *pages) record(c cell) ([]any, error) {
	if int64(c.payload) > int64(p.count)*int64(p.usable) {
		return nil, fmt.Errorf("%w: a record longer than the file", errDamaged)
	}
	data := slices.Clone(c.local)
	for next := c.more; len(data) < c.payload; {
		page, err := p.read(next)
		if err != nil {
			return nil, err
		}
		next = binary.BigEndian.Uint32(page)
		data = append(data, page[4:4+min(p.usable-4, c.payload-len(data))]...)
	}
	return decodeRecord(data)
}

// decodeRecord parses a record:
// https://www.sqlite.org/fileformat2.html#record_format.
func decodeRecord(data []byte) ([]any, error) {
	size, n := varint(data)
	if n == 0 || size < int64(n) || size > int64(len(data)) {
		return nil, fmt.Errorf("%w: a record without a header", errDamaged)
	}
	types, body := data[n:size], data[size:]
	var columns []any
	for len(types) > 0 {
		kind, n := varint(types)
		if n == 0 || kind < 0 || len(columns) == maxColumns {
			return nil, fmt.Errorf("%w: a record's header", errDamaged)
		}
		types = types[n:]
		length := serialSize(kind)
		if length < 0 || length > int64(len(body)) {
			return nil, fmt.Errorf("%w: a record's column", errDamaged)
		}
		columns = append(columns, serialValue(kind, body[:length]))
		body = body[length:]
	}
	if len(body) > 0 {
		return nil, fmt.Errorf("%w: a record's end", errDamaged)
	}
	return columns, nil
}

// serialSize is the length in bytes of a value with a serial type, negative for an
// invalid type.
func serialSize(kind int64) int64 {
	switch {
	case kind <= 4:
		return kind
	case kind == 5:
		return 6
	case kind <= 7:
		return 8
	case kind <= 9:
		return 0
	case kind <= 11:
		return -1
	}
	return (kind - 12) / 2
}

func serialValue(kind int64, data []byte) any {
	switch {
	case kind == 0:
		return nil
	case kind == 7:
		return math.Float64frombits(binary.BigEndian.Uint64(data))
	case kind >= 12 && kind%2 == 0:
		return slices.Clone(data)
	case kind >= 13:
		return string(data)
	case kind >= 8:
		return kind - 8
	}
	n := int64(int8(data[0]))
	for _, b := range data[1:] {
		n = n<<8 | int64(b)
	}
	return n
}

// varint reads SQLite's variable-length integer; n is 0 if it is cut off.
func varint(data []byte) (v int64, n int) {
	for n < len(data) {
		b := data[n]
		n++
		if n == 9 {
			return v<<8 | int64(b), n
		}
		v = v<<7 | int64(b&0x7f)
		if b < 0x80 {
			return v, n
		}
	}
	return 0, 0
}

// tree is what was found of a table or an index, beginning at its root.
type tree struct {
	pages map[uint32]bool // pages that were reached
	sound bool            // all of it was found, in order
}

// walk visits the cells of a tree in order, as far as it is undamaged. Errors are
// those of visit and of the disk.
func (p *pages) walk(root uint32, visit func(treePage, cell) error) (tree, error) {
	t := tree{pages: map[uint32]bool{}, sound: true}
	err := p.walkPage(&t, root, math.MinInt64, math.MaxInt64, 0, visit)
	return t, err
}

// maxDepth is deeper than any real tree.
const maxDepth = 20

// walkPage visits a page whose rows are above low and not above high.
func (p *pages) walkPage(t *tree, no uint32, low, high int64, depth int, visit func(treePage, cell) error) error {
	if t.pages[no] || depth > maxDepth {
		t.sound = false
		return nil
	}
	data, err := p.read(no)
	if err != nil {
		t.sound = false
		return notDamage(err)
	}
	page, ok := parsePage(data, no, p.usable)
	if !ok {
		t.sound = false
		return nil
	}
	t.pages[no] = true
	t.sound = t.sound && page.whole
	isTable := page.kind == tableInner || page.kind == tableLeaf
	for _, c := range page.cells {
		if isTable && (c.row < low || c.row > high || c.row == low && low != math.MinInt64) {
			t.sound = false
		}
		if page.inner() {
			if err := p.walkPage(t, c.child, low, c.row, depth+1, visit); err != nil {
				return err
			}
		}
		if isTable {
			low = c.row
		}
		if err := visit(page, c); err != nil {
			return err
		}
	}
	if page.inner() {
		return p.walkPage(t, page.right, low, high, depth+1, visit)
	}
	return nil
}
