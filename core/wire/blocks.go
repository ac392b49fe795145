package wire

import "sync"

// BlockSize is the unit in which files are read, hashed and written.
const BlockSize = 256 << 10

// Block is memory for one such unit.
type Block = [BlockSize]byte

// blocks recycles blocks between files and connections. It holds no state:
// what it gives is as good as new memory.
var blocks = sync.Pool{New: func() any { return new(Block) }} //nolint:gochecknoglobals // memory shared by all connections

// GetBlock returns a block that is nobody else's. What is in it is left from
// another use.
func GetBlock() *Block { return blocks.Get().(*Block) }

// PutBlock takes back a block that nobody uses any more.
func PutBlock(b *Block) { blocks.Put(b) }
