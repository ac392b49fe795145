package wire

import "sync"

// BlockSize is the unit in which files are read, hashed and written.
const BlockSize = 256 << 10

// Block is memory for one such unit.
type Block = [BlockSize]byte

// blocks reuses blocks between files and connections. It is not state: its blocks are
// as good as new memory.
var blocks = sync.Pool{New: func() any { return new(Block) }} //nolint:gochecknoglobals // memory shared by all connections

// GetBlock returns a block for the caller alone. Its content is left from an earlier
// use.
func GetBlock() *Block { return blocks.Get().(*Block) }

// PutBlock takes back a block that is no longer used.
func PutBlock(b *Block) { blocks.Put(b) }
