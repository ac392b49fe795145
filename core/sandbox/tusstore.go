package sandbox

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
)

// NewUpload implements handler.DataStore.
func (t *resumable) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	inner, err := t.files.NewUpload(ctx, info)
	if err != nil {
		return nil, t.refuse(exchangeOf(ctx), err)
	}
	return t.open(ctx, inner)
}

// GetUpload implements handler.DataStore. A complete upload is its stored file.
func (t *resumable) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	ex := exchangeOf(ctx)
	if !isID(id) { // it becomes part of a path
		return nil, handler.ErrNotFound
	}
	inner, err := t.files.GetUpload(ctx, id)
	if errors.Is(err, handler.ErrNotFound) {
		return t.stored(ctx, ex, id)
	}
	if err != nil {
		return nil, t.refuse(ex, err)
	}
	up, err := t.open(ctx, inner)
	if err != nil {
		return nil, err
	}
	// Only a POST does not hold the upload's lock. If a request that holds it
	// finds all bytes, then an earlier request was interrupted after the last.
	if ex.method == http.MethodPost || !wants(up.info) {
		t.expires(ex, up.written)
		return up, nil
	}
	ex.unhurried()
	file, err := t.settle(ctx, up.info)
	if err != nil {
		return nil, t.refuse(ex, err)
	}
	if file == nil { // its last bytes were removed
		return t.GetUpload(ctx, id)
	}
	t.receipt(ex, *file)
	return &storedUpload{tus: t, file: *file}, nil
}

// wants reports whether an upload has all its bytes and should be a stored file.
func wants(info handler.FileInfo) bool { return !info.IsPartial && info.Offset == info.Size }

// open wraps an upload of tusd's store.
func (t *resumable) open(ctx context.Context, inner handler.Upload) (*openUpload, error) {
	info, err := inner.GetInfo(ctx)
	if err == nil {
		var content os.FileInfo
		if content, err = os.Stat(t.content(info.ID)); err == nil {
			return &openUpload{Upload: inner, tus: t, info: info, written: content.ModTime()}, nil
		}
	}
	return nil, t.refuse(exchangeOf(ctx), err)
}

// openUpload is an unfinished upload.
type openUpload struct {
	handler.Upload
	tus     *resumable
	info    handler.FileInfo
	written time.Time // when the last byte came
}

// WriteChunk implements handler.Upload. It hashes what it writes, and removes bytes
// that differ from what the client has announced. tusd holds the upload's lock.
func (u *openUpload) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	t, ex, id := u.tus, exchangeOf(ctx), u.info.ID
	if err := u.announce(ex, offset); err != nil {
		return 0, t.refuse(ex, err)
	}
	before := t.hashAt(id, offset)
	whole, piece := cloneHash(before), ex.piece.hash()
	n, err := u.Upload.WriteChunk(ctx, offset, io.TeeReader(src, hashing(whole, piece)))
	if err != nil && piece == nil { // less may be on disk than was hashed: it stays, and is hashed later
		return n, t.refuse(ex, errors.Join(err, t.unmark(id)))
	}
	if err == nil {
		err = u.check(ex, offset, n, whole, piece)
	}
	if err != nil {
		err = errors.Join(err, t.takeBack(id, offset))
		t.keepHash(id, offset, before)
		if errors.Is(err, errCutOff) {
			err = nil // tusd answers what has cut it off
		}
		return 0, t.refuse(ex, err)
	}
	t.keepHash(id, offset+n, whole)
	t.expires(ex, t.server.cfg.Now())
	if offset+n < u.info.Size || u.info.IsPartial {
		err = t.unmark(id)
	}
	return n, t.refuse(ex, err)
}

// errCutOff means that a piece can't be checked because its end is missing.
var errCutOff = errors.New("the piece was cut off")

// announce sets a mark, if bytes are to be checked: should the server be killed
// before that, the next start knows which.
func (u *openUpload) announce(ex *exchange, offset int64) error {
	whole := !u.info.IsPartial && (ex.digest != "" || u.info.MetaData["sha256"] != "")
	if ex.piece == nil && !whole {
		return nil
	}
	return u.tus.mark(u.info.ID, mark{Offset: offset, Piece: ex.piece != nil, Digest: ex.digest})
}

// check compares the n bytes that were written at offset with the client's
// checksums.
func (u *openUpload) check(ex *exchange, offset, n int64, whole, piece hash.Hash) error {
	switch {
	case ex.body.n > u.info.Size-offset:
		return handler.ErrSizeExceeded
	case piece != nil && string(piece.Sum(nil)) != ex.piece.sum:
		if !ex.body.ended {
			return errCutOff
		}
		return mismatch("the bytes are not those of the Upload-Checksum")
	case offset+n == u.info.Size && !u.info.IsPartial:
		return u.tus.complete(ex, u.info, whole)
	}
	return nil
}

// ConcatUploads implements handler.ConcatableUpload. The upload is new and no other
// client knows it. An error deletes it.
func (u *openUpload) ConcatUploads(ctx context.Context, partial []handler.Upload) error {
	ex := exchangeOf(ctx)
	ex.unhurried()
	whole := sha256.New()
	err := u.gather(ctx, partial, whole)
	if err == nil {
		err = u.tus.complete(ex, u.info, whole)
	}
	if err != nil {
		err = errors.Join(err, u.tus.forget(u.info))
	}
	return u.tus.refuse(ex, err)
}

// gather concatenates the contents of partial uploads.
func (u *openUpload) gather(ctx context.Context, partial []handler.Upload, whole io.Writer) error {
	out, err := os.OpenFile(u.tus.content(u.info.ID), os.O_WRONLY, privateFile)
	if err != nil {
		return err
	}
	to := io.MultiWriter(out, whole)
	for _, p := range partial {
		if err = u.tus.copyPartial(ctx, to, p); err != nil {
			break
		}
	}
	return errors.Join(err, out.Close())
}

// copyPartial copies one partial upload, which it locks meanwhile.
func (t *resumable) copyPartial(ctx context.Context, to io.Writer, p handler.Upload) error {
	part, ok := p.(*openUpload)
	if !ok || !part.info.IsPartial {
		return badHeader("Upload-Concat names an upload that is not partial")
	}
	unlock, err := t.lock(ctx, part.info.ID)
	if err != nil {
		return err
	}
	defer unlock()
	from, err := os.Open(t.content(part.info.ID))
	if errors.Is(err, os.ErrNotExist) {
		return handler.ErrNotFound
	}
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // only read
	n, err := io.CopyBuffer(to, struct{ io.Reader }{from}, make([]byte, copyBuffer))
	if err == nil && n != part.info.Size {
		err = handler.ErrUploadNotFinished
	}
	return err
}

// Terminate implements handler.TerminatableUpload.
func (u *openUpload) Terminate(ctx context.Context) error {
	return u.tus.refuse(exchangeOf(ctx), u.tus.forget(u.info))
}

// ServeContent implements handler.ServableUpload.
func (u *openUpload) ServeContent(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	ex := exchangeOf(ctx)
	ex.unhurried()
	w.Header().Set("Content-Disposition", disposition(u.info.MetaData["filename"]))
	return u.tus.refuse(ex, serveFile(w, r, u.tus.content(u.info.ID), time.Time{}))
}

// Every upload here implements these.
type (
	concatable   = handler.ConcatableUpload
	servable     = handler.ServableUpload
	terminatable = handler.TerminatableUpload
)

// AsTerminatableUpload implements handler.TerminaterDataStore.
func (t *resumable) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload {
	return u.(terminatable)
}

// AsConcatableUpload implements handler.ConcaterDataStore.
func (t *resumable) AsConcatableUpload(u handler.Upload) handler.ConcatableUpload {
	return u.(concatable)
}

// AsServableUpload implements handler.ContentServerDataStore.
func (t *resumable) AsServableUpload(u handler.Upload) handler.ServableUpload { return u.(servable) }

// expires answers when an upload expires that got its last byte at written.
func (t *resumable) expires(ex *exchange, written time.Time) {
	ex.w.Header().Set("Upload-Expires", httpTime(written.Add(t.server.cfg.TusExpiry)))
}

func httpTime(at time.Time) string { return at.UTC().Format(http.TimeFormat) }
