package upload

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/transport"
	"github.com/artstore/ingester/core/wire"
)

// wholeLimit is the size of a file up to which its body is put together in
// memory. net/http writes headers and such a body in one go, where any other
// body costs a TLS record and a system call more for each file.
const wholeLimit = 64 << 10

// whole is a body in memory: the file has been read, hashed and closed before
// the first byte leaves.
type whole struct {
	data []byte
	size int64 // of the content
	hash core.Checksum
	line *transport.Line
	to   core.Progress
	told bool
}

// newWhole reads file, which f goes around. Errors are the file's.
func newWhole(ctx context.Context, f form, file *content.File, size int64, limiter transport.Limiter, line *transport.Line, p core.Progress) (*whole, error) {
	w := &whole{data: make([]byte, int64(len(f.head))+size+int64(len(f.tail))), size: size, line: line, to: p}
	p.Sent(0)
	at := w.data[copy(w.data, f.head):]
	text := at[:size]
	copy(at[size:], f.tail)
	hash := sha256.New()
	r := &inline{r: file.Section(0, size), left: size, hash: hash}
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, err
	}
	if err := file.Unchanged(); err != nil {
		return nil, err
	}
	w.hash = r.sum()
	for left := int(size); limiter != nil && left > 0; {
		n := min(left, max(limiter.Burst(), 1))
		if err := limiter.WaitN(ctx, n); err != nil {
			return nil, wire.NetworkError(opUpload, err)
		}
		left -= n
	}
	return w, nil
}

// reader is the body of the request. It is one that net/http knows to be in
// memory, and none that it would send a second time by itself.
func (w *whole) reader() io.Reader { return io.NopCloser(bytes.NewReader(w.data)) }

func (w *whole) length() int64 { return int64(len(w.data)) }

// begun implements payload.
func (w *whole) begun() bool { return w.line.Begun() }

// complete implements payload: once it has begun, it may be at any time.
func (w *whole) complete() bool { return w.line.Begun() }

// stop implements payload.
func (w *whole) stop() {}

// finish implements payload.
func (w *whole) finish() (core.Checksum, *core.Error) {
	if w.complete() && !w.told {
		w.told = true
		w.to.Sent(w.size)
	}
	return w.hash, nil
}
