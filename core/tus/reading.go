package tus

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

// piece is a part of the file that has been hashed.
type piece struct {
	from, to int64
	sum      []byte // SHA-256 of the piece, nil if not asked for
}

// reading reads a file once, from beginning to end, and hashes it in a goroutine of
// its own. It hands out the hashed pieces and is at most one piece ahead of its
// consumer, so that the piece is still in the system's cache.
type reading struct {
	file   *content.File
	size   int64
	pieces chan piece // closed at the end
	cancel context.CancelFunc
	failed *core.Error   // why it ended early; valid once pieces is closed
	whole  core.Checksum // checksum of the whole file; valid once pieces is closed
}

// plan says which pieces are handed out, and how.
type plan struct {
	from, to int64 // the range that is handed out; the rest is only hashed
	each     int64 // size of a piece
	sums     bool  // also hash every piece by itself
}

// read begins to read. The caller must call stop.
func read(ctx context.Context, file *content.File, size int64, p plan) *reading {
	ctx, cancel := context.WithCancel(ctx)
	r := &reading{file: file, size: size, pieces: make(chan piece), cancel: cancel}
	go r.run(ctx, p)
	return r
}

// stop ends the goroutine and waits for it.
func (r *reading) stop() {
	r.cancel()
	for range r.pieces {
	}
}

// end returns the hash of the whole file, once it has been read and found to have no
// more bytes.
func (r *reading) end() (core.Checksum, *core.Error) {
	for range r.pieces {
	}
	if r.failed != nil {
		return "", r.failed
	}
	if err := r.file.EndsAt(r.size); err != nil {
		return "", core.AsError(err)
	}
	return r.whole, nil
}

func (r *reading) run(ctx context.Context, p plan) {
	defer close(r.pieces)
	whole, block := sha256.New(), wire.GetBlock()
	defer wire.PutBlock(block)
	hashed := func(from, to int64, hashes ...hash.Hash) bool {
		err := hashInto(ctx, block[:], r.file.Section(from, to), hashes...)
		if err != nil {
			r.failed = core.AsError(err)
		}
		return err == nil
	}
	if !hashed(0, p.from, whole) {
		return
	}
	for at := p.from; at < p.to; at += p.each {
		next := piece{from: at, to: min(at+p.each, p.to)}
		hashes := []hash.Hash{whole}
		if p.sums {
			hashes = append(hashes, sha256.New())
		}
		if !hashed(next.from, next.to, hashes...) {
			return
		}
		if p.sums {
			next.sum = hashes[1].Sum(nil)
		}
		select {
		case r.pieces <- next:
		case <-ctx.Done():
			r.failed = wire.NetworkError(opUpload, ctx.Err())
			return
		}
	}
	if hashed(max(p.from, p.to), r.size, whole) {
		r.whole = core.NewChecksum(whole.Sum(nil))
	}
}

// hashInto writes all of r to the hashes, block by block.
func hashInto(ctx context.Context, block []byte, r io.Reader, hashes ...hash.Hash) error {
	for {
		if err := ctx.Err(); err != nil {
			return wire.NetworkError(opUpload, err)
		}
		n, err := r.Read(block)
		for _, h := range hashes {
			_, _ = h.Write(block[:n]) // never fails
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// sumOf returns the SHA-256 of a range of the file.
func sumOf(ctx context.Context, file *content.File, from, to int64) ([]byte, error) {
	h, block := sha256.New(), wire.GetBlock()
	defer wire.PutBlock(block)
	err := hashInto(ctx, block[:], file.Section(from, to), h)
	return h.Sum(nil), err
}

// behind reads the file only as far as it has been hashed.
type behind struct {
	ctx     context.Context // the reader's
	reading *reading
	file    *content.File
	now     io.Reader // what is left of the piece
}

// Read implements io.Reader.
func (b *behind) Read(p []byte) (int, error) {
	for {
		if n, err := b.now.Read(p); !errors.Is(err, io.EOF) {
			return n, err
		}
		select {
		case next, ok := <-b.reading.pieces:
			if !ok && b.reading.failed != nil {
				return 0, b.reading.failed
			}
			if !ok {
				return 0, io.EOF
			}
			b.now = b.file.Section(next.from, next.to)
		case <-b.ctx.Done():
			return 0, b.ctx.Err()
		}
	}
}
