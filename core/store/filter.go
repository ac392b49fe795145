package store

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

const (
	// filterSize is a filter's size in bytes: one bit for each value of 16 bits
	// of a hash. A block of ordinary names sets a sixth of them.
	filterSize = 1 << 16 / 8

	// gram is the length in bytes of the longest piece of text in the filter.
	gram = 4

	// head is the length in bytes of the beginnings of file IDs and checksums in
	// the filter, which also has those of twice that length.
	head = 4
)

// The kinds of what is in a filter. The kind is hashed before the value.
const (
	kindText byte = iota + 1
	kindID
	kindSum
	kindSize
)

// filter tells whether something is certainly not in a block, or may be: a set of
// hashes (a Bloom filter), and the ranges of its sizes and times.
type filter struct {
	bits  []byte
	sizes extent
	times extent
}

// extent is a range of numbers, both ends included.
type extent struct{ low, high int64 }

func newFilter() filter {
	none := extent{math.MaxInt64, math.MinInt64}
	return filter{make([]byte, filterSize), none, none}
}

func (e *extent) add(n int64) { e.low, e.high = min(e.low, n), max(e.high, n) }

// meets reports whether the ranges overlap.
func (e extent) meets(s span) bool { return !s.empty() && s.low <= e.high && e.low < s.high }

// data returns a filter in its written form.
func (f filter) data() []byte {
	data := slices.Clone(f.bits)
	for _, n := range []int64{f.sizes.low, f.sizes.high, f.times.low, f.times.high} {
		data = binary.LittleEndian.AppendUint64(data, uint64(n))
	}
	return data
}

// readFilter reads what data wrote, without a copy.
func readFilter(data []byte) (filter, error) {
	if len(data) != filterSize+4*8 {
		return filter{}, fmt.Errorf("%w: a filter of the search index", errDamaged)
	}
	number := func(i int) int64 { return int64(binary.LittleEndian.Uint64(data[filterSize+8*i:])) }
	return filter{data[:filterSize], extent{number(0), number(1)}, extent{number(2), number(3)}}, nil
}

// hash is FNV-1a followed by the mixing of MurmurHash3. Without mixing, short texts
// with the same end would collide.
func hash[T string | []byte](kind byte, what T) uint32 {
	const offset, prime = 2166136261, 16777619
	h := (uint32(offset) ^ uint32(kind)) * prime
	for i := range len(what) {
		h = (h ^ uint32(what[i])) * prime
	}
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

// set adds a hash, whose halves are two positions in the filter.
func (f filter) set(hash uint32) {
	for _, at := range [...]uint32{hash & 0xffff, hash >> 16} {
		f.bits[at/8] |= 1 << (at % 8)
	}
}

// has reports whether a hash may have been added.
func (f filter) has(hash uint32) bool {
	low, high := hash&0xffff, hash>>16
	return f.bits[low/8]&(1<<(low%8)) != 0 && f.bits[high/8]&(1<<(high%8)) != 0
}

// addText adds every piece of text up to gram bytes that ends after from.
func (f filter) addText(text []byte, from int) {
	for at := max(0, from-gram+1); at < len(text); at++ {
		for n := 1; n <= min(gram, len(text)-at); n++ {
			f.set(hash(kindText, text[at:at+n]))
		}
	}
}

// mayContain reports whether a text that contains text may be in the block.
func (f filter) mayContain(text string) bool {
	n := min(gram, len(text))
	for at := 0; at+n <= len(text); at++ {
		if !f.has(hash(kindText, text[at:at+n])) {
			return false
		}
	}
	return true
}

// addKey adds the beginnings of a key.
func (f filter) addKey(kind byte, key []byte) {
	for n := head; n <= min(2*head, len(key)); n += head {
		f.set(hash(kind, key[:n]))
	}
}

// mayBegin reports whether a key that begins with text may be in the block.
func (f filter) mayBegin(kind byte, text string) bool {
	for n := head; n <= min(2*head, len(text)); n += head {
		if !f.has(hash(kind, text[:n])) {
			return false
		}
	}
	return len(text) >= head
}
