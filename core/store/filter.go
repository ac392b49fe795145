package store

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

const (
	// filterSize is a filter's size in bytes: as many bits as 16 bits of a hash
	// have values. A block of ordinary names sets a sixth of them.
	filterSize = 1 << 16 / 8

	// gram is the longest piece of a text that the filter knows, in bytes.
	gram = 4

	// head is the length in bytes of the beginnings of file IDs and checksums
	// that the filter knows, and twice that.
	head = 4
)

// Kinds of what a filter knows, hashed in front of it.
const (
	kindText byte = iota + 1
	kindID
	kindSum
	kindSize
)

// filter says of a block that something is not in it, or may be: a set of
// hashes (a Bloom filter), and what its sizes and times lie between.
type filter struct {
	bits  []byte
	sizes extent
	times extent
}

// extent is what numbers lie between, both ends included.
type extent struct{ low, high int64 }

func newFilter() filter {
	none := extent{math.MaxInt64, math.MinInt64}
	return filter{make([]byte, filterSize), none, none}
}

func (e *extent) add(n int64) { e.low, e.high = min(e.low, n), max(e.high, n) }

// meets reports whether one of the numbers may be in s.
func (e extent) meets(s span) bool { return !s.empty() && s.low <= e.high && e.low < s.high }

// data is a filter as it is written.
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

// hash is FNV-1a, and at last the mixing of MurmurHash3, without which short
// texts with the same end would meet.
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

// set adds a hash, whose halves are two places in the filter.
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

// mayContain reports whether a text may have text in it.
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

// mayBegin reports whether a key may begin with text.
func (f filter) mayBegin(kind byte, text string) bool {
	for n := head; n <= min(2*head, len(text)); n += head {
		if !f.has(hash(kind, text[:n])) {
			return false
		}
	}
	return len(text) >= head
}
