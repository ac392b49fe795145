package store

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// blockRows is how many entries of the history are in a block. The newest ones,
// fewer than that, are in no block yet; a search reads their rows.
const blockRows = 1024

// entry is the part of a stored transfer that History searches.
type entry struct {
	number   int64  // stored_no
	text     []byte // server, tags, path and name, folded, each on its own line
	id, sum  []byte // file ID and SHA-256, folded
	size     int64
	finished int64 // Transfer.FinishedAt in seconds since 1970
	uploaded int64 // Receipt.UploadedAt in seconds since 1970
}

// block holds successive entries of the history, packed so that a million of them
// can be searched in less than a tenth of a second: what neighbours have in common,
// such as the server, the tags and the folder, is stored once.
type block struct {
	filter filter
	texts  []byte // each entry's number, size, times, text
	keys   []byte // each entry's file ID, checksum
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
		b.filter.set(hash(kindSize, strconv.AppendInt(nil, e.size, 10)))
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

// unpacker reads a block entry by entry. It uses offsets and buffers instead of
// pointers, whose write barriers cost time in a loop over a million entries.
type unpacker struct {
	texts, keys cursor
	withKeys    bool
	entry       entry // valid until the next call of next
}

// next moves to the next entry, or returns false at the end.
func (u *unpacker) next() bool {
	if u.texts.at >= len(u.texts.data) {
		return false
	}
	e := &u.entry
	e.number += u.texts.varint()
	e.size = u.texts.varint()
	e.finished += u.texts.varint()
	e.uploaded = e.finished + u.texts.varint()
	shared := u.texts.uvarint()
	if shared > uint64(len(e.text)) {
		u.texts.bad = true
		return false
	}
	e.text = e.text[:shared]
	e.text = append(e.text, u.texts.bytes()...)
	if u.withKeys {
		e.id, e.sum = e.id[:0], e.sum[:0]
		e.id = append(e.id, u.keys.bytes()...)
		e.sum = append(e.sum, u.keys.bytes()...)
	}
	return u.err() == nil
}

// err returns why the block could not be read to its end, nil if it could.
func (u *unpacker) err() error {
	if u.texts.bad || u.keys.bad {
		return fmt.Errorf("%w: a block of the search index", errDamaged)
	}
	return nil
}

// cursor reads what pack wrote.
type cursor struct {
	data []byte
	at   int
	bad  bool // the data is not what pack wrote
}

func (c *cursor) varint() int64 {
	v, n := binary.Varint(c.data[c.at:])
	c.skip(n)
	return v
}

func (c *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.data[c.at:])
	c.skip(n)
	return v
}

// skip moves on by n bytes. n is zero or less if a number could not be read.
func (c *cursor) skip(n int) {
	if n <= 0 {
		c.bad, n = true, 0
	}
	c.at += n
}

func (c *cursor) bytes() []byte {
	n := c.uvarint()
	if n > uint64(len(c.data)-c.at) {
		c.bad = true
		return nil
	}
	c.at += int(n)
	return c.data[c.at-int(n) : c.at]
}
