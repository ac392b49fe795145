package upload

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/wire"
)

const (
	// aheadLimit is the size above which a file is read and hashed ahead of the
	// connection, in a goroutine of its own.
	aheadLimit = 1 << 20
	// aheadBlocks is how many blocks that goroutine may be ahead.
	aheadBlocks = 4
)

// reader reads exactly the announced size, and hashes it.
type reader interface {
	io.Reader
	// sum returns the SHA-256, once Read has returned io.EOF.
	sum() core.Checksum
	// close ends the work in the background and waits for it. No Read may be
	// under way.
	close()
}

func newReader(ctx context.Context, r io.Reader, size int64) reader {
	if size > aheadLimit {
		return newAhead(ctx, r, size)
	}
	return &inline{r: r, left: size, hash: sha256.New()}
}

// inline hashes while it is read.
type inline struct {
	r    io.Reader
	left int64
	hash hash.Hash
}

func (c *inline) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	_, _ = c.hash.Write(p[:n]) // never fails
	c.left -= int64(n)
	switch {
	case c.left == 0 || err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		return n, content.Changed("The file became shorter while it was being sent.")
	}
	return n, content.Unreadable(err)
}

func (c *inline) sum() core.Checksum { return core.NewChecksum(c.hash.Sum(nil)) }
func (c *inline) close()             {}

// ahead reads and hashes in a goroutine that is up to aheadBlocks ahead of the
// connection, so that hashing and sending each use a core.
type ahead struct {
	cancel context.CancelFunc
	full   chan filled // closed when the goroutine has ended
	free   chan *wire.Block
	now    filled // the block being handed out
	at     int    // bytes of now handed out
	digest core.Checksum
}

// filled is a block of the file, or the error that ended reading.
type filled struct {
	block *wire.Block
	n     int
	err   error
}

func newAhead(ctx context.Context, r io.Reader, size int64) *ahead {
	ctx, cancel := context.WithCancel(ctx)
	c := &ahead{cancel: cancel, full: make(chan filled, aheadBlocks), free: make(chan *wire.Block, aheadBlocks)}
	for range aheadBlocks {
		c.free <- wire.GetBlock()
	}
	go c.fill(ctx, r, size)
	return c
}

// fill is the goroutine; close waits for it.
func (c *ahead) fill(ctx context.Context, r io.Reader, size int64) {
	defer close(c.full)
	file := &inline{r: r, left: size, hash: sha256.New()}
	for file.left > 0 {
		var next filled
		select {
		case next.block = <-c.free:
		case <-ctx.Done():
			return
		}
		next.n, next.err = io.ReadFull(file, next.block[:min(int64(wire.BlockSize), file.left)])
		c.full <- next // never blocks: the channel has room for all blocks
		if next.err != nil {
			return
		}
	}
	c.digest = file.sum()
}

func (c *ahead) Read(p []byte) (int, error) {
	if c.at == c.now.n {
		if c.now.err != nil {
			return 0, c.now.err
		}
		c.recycle()
		next, ok := <-c.full
		switch {
		case !ok && c.digest == "":
			return 0, context.Canceled
		case !ok:
			return 0, io.EOF
		}
		c.now, c.at = next, 0
		if next.n == 0 && next.err != nil {
			return 0, next.err
		}
	}
	n := copy(p, c.now.block[c.at:c.now.n])
	c.at += n
	return n, nil
}

func (c *ahead) recycle() {
	if c.now.block != nil {
		c.free <- c.now.block
	}
	c.now, c.at = filled{}, 0
}

func (c *ahead) sum() core.Checksum { return c.digest }

func (c *ahead) close() {
	c.cancel()
	c.recycle()
	for next := range c.full {
		c.free <- next.block
	}
	for range aheadBlocks {
		wire.PutBlock(<-c.free)
	}
}
