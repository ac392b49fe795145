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

// wholeLimit is the file size up to which the body is built in memory. net/http
// writes headers and such a body at once; any other body costs one more TLS record
// and system call for each file.
const wholeLimit = 64 << 10

// whole is a body in memory: the file was read, hashed and closed before the first
// byte is sent.
type whole struct {
	data []byte
	size int64 // size of the content
	hash core.Checksum
	conn *transport.Connection
	to   core.Progress
	told bool
}

// newWhole reads file into a body with the fields of f. Errors are the file's.
func newWhole(ctx context.Context, f form, file *content.File, size int64, limiter transport.Limiter, conn *transport.Connection, p core.Progress) (*whole, error) {
	w := &whole{data: make([]byte, int64(len(f.head))+size+int64(len(f.tail))), size: size, conn: conn, to: p}
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

// reader returns the request's body, of a type that net/http knows to be in memory,
// but that it does not send a second time by itself.
func (w *whole) reader() io.Reader { return io.NopCloser(bytes.NewReader(w.data)) }

func (w *whole) length() int64 { return int64(len(w.data)) }

// begun implements payload.
func (w *whole) begun() bool { return w.conn.Begun() }

// complete implements payload: a body that has begun may be complete at any time.
func (w *whole) complete() bool { return w.conn.Begun() }

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
