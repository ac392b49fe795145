package store

import "errors"

// errChecksum means that a row is not what was written.
var errChecksum = errors.New("the entry does not fit its checksum")

// checksum is a hash of columns like FNV-1a, with eight bytes in each step. It
// finds accidental damage, not tampering: no later step can undo the change that
// one byte made. An empty column (0, "" or NULL) adds nothing, so that older rows
// stay valid when a later schema adds a column.
type checksum uint64

const (
	checksumOffset checksum = 14695981039346656037
	checksumPrime  checksum = 1099511628211
)

// newChecksum begins a checksum that includes another.
func newChecksum(seed int64) checksum {
	h := checksumOffset
	h.number(seed)
	return h
}

// value is the checksum as it is written. It is never 0, which means none.
func (h checksum) value() int64 { return max(int64(h>>1), 1) }

// number adds eight bytes. The step is reversible, so that two different hashes
// stay different.
func (h *checksum) number(n int64) {
	*h = (*h ^ checksum(n)) * checksumPrime
	*h ^= *h >> 32
}

// column adds the column at an index: the value to be written, or the variable
// into which it was read.
func (h *checksum) column(at int, v any) {
	switch v := v.(type) {
	case string:
		h.text(at, v)
	case *string:
		h.text(at, *v)
	case **string:
		if *v != nil {
			h.text(at, **v)
		}
	case int64:
		h.integer(at, v)
	case *int64:
		h.integer(at, *v)
	case int:
		h.integer(at, int64(v))
	case *int:
		h.integer(at, int64(*v))
	}
}

func (h *checksum) integer(at int, n int64) {
	if n != 0 {
		h.number(int64(at)<<1 | 1)
		h.number(n)
	}
}

func (h *checksum) text(at int, text string) {
	if text == "" {
		return
	}
	h.number(int64(at) << 1)
	h.number(int64(len(text)))
	for ; len(text) >= 8; text = text[8:] {
		h.number(int64(text[0]) | int64(text[1])<<8 | int64(text[2])<<16 | int64(text[3])<<24 |
			int64(text[4])<<32 | int64(text[5])<<40 | int64(text[6])<<48 | int64(text[7])<<56)
	}
	for i := range len(text) {
		h.number(int64(text[i]))
	}
}

// sums holds the checksums of a transfer's row.
type sums struct{ fixed, moved int64 }

// sumsOf returns the checksums of a row's values.
func sumsOf(row []any) sums {
	fixed := checksumOffset
	for i, v := range row {
		if !moves(i) {
			fixed.column(i, v)
		}
	}
	s := sums{fixed: fixed.value()}
	moved := newChecksum(s.fixed)
	for i, v := range row {
		if moves(i) {
			moved.column(i, v)
		}
	}
	s.moved = moved.value()
	return s
}

// fit reports whether a row with the checksums s is undamaged. A row from before
// there were checksums counts as undamaged.
func (s sums) fit(row []any) bool { return s.moved == 0 || s == sumsOf(row) }

// sumOf is the checksum of columns that are written together: those of an attempt,
// or a transfer's ID with its columns of the history.
func sumOf(columns ...any) int64 {
	h := checksumOffset
	for i, v := range columns {
		h.column(i, v)
	}
	return h.value()
}
