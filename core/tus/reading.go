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

// piece is a stretch of the file that has been hashed.
type piece struct {
	from, to int64
	sum      []byte // SHA-256 of the piece, nil where nobody wants it
}

// reading reads a file once, from its beginning to its end, and hashes it in a
// goroutine of its own. It hands out, piece by piece, what has been hashed, and
// is at most one piece ahead of who takes them: they find the piece in the
// system's cache.
type reading struct {
	file   *content.File
	size   int64
	pieces chan piece // closed at the end
	cancel context.CancelFunc
	failed *core.Error   // once pieces is closed: why it ended early
	whole  core.Checksum // once pieces is closed: of the whole file
}

// plan says what is read, and which pieces are handed out.
type plan struct {
	from, to int64 // handed out; what lies around is only hashed
	each     int64 // size of a piece
	sums     bool  // hash every piece for itself, too
}

// read begins to read. Whoever called it calls stop.
func read(ctx context.Context, file *content.File, size int64, p plan) *reading {
	ctx, cancel := context.WithCancel(ctx)
	r := &reading{file: file, size: size, pieces: make(chan piece), cancel: cancel}
	go r.run(ctx, p)
	return r
}

// stop returns when the goroutine has ended.
func (r *reading) stop() {
	r.cancel()
	for range r.pieces {
	}
}

// end returns the hash of the whole file once it has been read, and has been
// found to end there.
func (r *reading) end() (core.Checksum, *core.Error) {
	for range r.pieces {
	}
	if r.failed != nil {
		return "", r.failed
	}
	if err := r.file.Ends(r.size); err != nil {
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

// hashInto writes all of r to the hashes, a block at a time.
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

// sumOf is the SHA-256 of a stretch of the file.
func sumOf(ctx context.Context, file *content.File, from, to int64) ([]byte, error) {
	h, block := sha256.New(), wire.GetBlock()
	defer wire.PutBlock(block)
	err := hashInto(ctx, block[:], file.Section(from, to), h)
	return h.Sum(nil), err
}

// behind reads the file no further than it has been hashed.
type behind struct {
	ctx     context.Context // ends with who reads
	reading *reading
	file    *content.File
	now     io.Reader // what of the piece is left
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
