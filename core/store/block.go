package store

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// blockRows is how many entries of the history a block has. The newest ones,
// fewer than that, are in none yet and are looked through in their rows.
const blockRows = 1024

// entry is what History looks for a text in.
type entry struct {
	number   int64  // stored_no
	text     []byte // server, tags, path and name, folded, one a line
	id, sum  []byte // file ID and SHA-256, folded
	size     int64
	finished int64 // Transfer.FinishedAt in seconds since 1970
	uploaded int64 // Receipt.UploadedAt, likewise
}

// block is a run of the history, packed so that a million entries can be
// looked through in less than a tenth of a second: neighbours have the server,
// the tags and the folder in common, which stand once.
type block struct {
	filter filter
	texts  []byte // of each entry: number, size, times, text
	keys   []byte // of each entry: file ID, checksum
}

// pack makes a block of entries.
func pack(entries []entry) block {
	b := block{filter: newFilter()}
	var before entry
	for _, e := range entries {
		shared := commonPrefix(before.text, e.text)
		b.texts = binary.AppendVarint(b.texts, e.number-before.number)
		b.texts = binary.AppendVarint(b.texts, e.size)
		b.texts = binary.AppendVarint(b.texts, e.finished-before.finished)
		b.texts = binary.AppendVarint(b.texts, e.uploaded-e.finished)
		b.texts = binary.AppendUvarint(b.texts, uint64(shared))
		b.texts = appendBytes(b.texts, e.text[shared:])
		b.keys = appendBytes(appendBytes(b.keys, e.id), e.sum)

		b.filter.addText(e.text, shared)
		b.filter.addKey(kindID, e.id)
		b.filter.addKey(kindSum, e.sum)
		b.filter.set(bit(kindSize, strconv.AppendInt(nil, e.size, 10)))
		b.filter.sizes.add(e.size)
		b.filter.times.add(e.finished)
		b.filter.times.add(e.uploaded)
		before = e
	}
	return b
}

func appendBytes(to, data []byte) []byte {
	return append(binary.AppendUvarint(to, uint64(len(data))), data...)
}

func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// unpacker reads a block entry by entry.
type unpacker struct {
	texts, keys []byte
	withKeys    bool
	entry       entry // valid until the next call of next
	bad         bool
}

// next moves to the next entry, or returns false at the end.
func (u *unpacker) next() bool {
	if len(u.texts) == 0 {
		return false
	}
	e := &u.entry
	e.number += u.varint()
	e.size = u.varint()
	e.finished += u.varint()
	e.uploaded = e.finished + u.varint()
	shared := u.uvarint(&u.texts)
	rest := u.bytes(&u.texts)
	if u.withKeys {
		e.id, e.sum = u.bytes(&u.keys), u.bytes(&u.keys)
	}
	if u.bad = u.bad || shared > uint64(len(e.text)); u.bad {
		return false
	}
	e.text = append(e.text[:shared], rest...)
	return true
}

// err says that the block could not be read to its end.
func (u *unpacker) err() error {
	if u.bad {
		return fmt.Errorf("%w: a block of the search index", errDamaged)
	}
	return nil
}

func (u *unpacker) varint() int64 {
	v, n := binary.Varint(u.texts)
	return took(u, &u.texts, v, n)
}

func (u *unpacker) uvarint(from *[]byte) uint64 {
	v, n := binary.Uvarint(*from)
	return took(u, from, v, n)
}

// took takes the n bytes of v, which are none or less where there is no number.
func took[T int64 | uint64](u *unpacker, from *[]byte, v T, n int) T {
	if n <= 0 {
		u.bad, n, v = true, 0, 0
	}
	*from = (*from)[n:]
	return v
}

func (u *unpacker) bytes(from *[]byte) []byte {
	n := u.uvarint(from)
	if n > uint64(len(*from)) {
		u.bad = true
		return nil
	}
	data := (*from)[:n]
	*from = (*from)[n:]
	return data
}
