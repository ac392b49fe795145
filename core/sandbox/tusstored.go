package sandbox

import (
	"context"
	"io"
	"net/http"
	"os"
	"strconv"

	"github.com/tus/tusd/v2/pkg/handler"
)

// stored returns a stored file as the upload that it was.
func (t *resumable) stored(ctx context.Context, ex *exchange, id string) (handler.Upload, error) {
	file, found, err := t.server.vault.get(ctx, id)
	if err != nil {
		return nil, t.refuse(ex, err)
	}
	if !found {
		return nil, handler.ErrNotFound
	}
	t.receipt(ex, file)
	return &storedUpload{tus: t, file: file}, nil
}

// storedUpload is a complete upload.
type storedUpload struct {
	tus  *resumable
	file File
}

// GetInfo implements handler.Upload.
func (u *storedUpload) GetInfo(context.Context) (handler.FileInfo, error) {
	return handler.FileInfo{ID: u.file.ID, Size: u.file.Size, Offset: u.file.Size,
		MetaData: handler.MetaData{"filename": u.file.Name, "filetype": u.file.ContentType}}, nil
}

// WriteChunk implements handler.Upload.
func (u *storedUpload) WriteChunk(context.Context, int64, io.Reader) (int64, error) {
	return 0, handler.ErrModifyFinal
}

// GetReader implements handler.Upload.
func (u *storedUpload) GetReader(context.Context) (io.ReadCloser, error) { return os.Open(u.file.Path) }

// FinishUpload implements handler.Upload.
func (u *storedUpload) FinishUpload(context.Context) error { return nil }

// Terminate implements handler.TerminatableUpload. It refuses: stored files stay.
func (u *storedUpload) Terminate(ctx context.Context) error {
	return u.tus.refuse(exchangeOf(ctx), &refusal{status: http.StatusForbidden, code: codeForbidden,
		message: "the upload is complete and stored; it can't be terminated any more"})
}

// ConcatUploads implements handler.ConcatableUpload.
func (u *storedUpload) ConcatUploads(context.Context, []handler.Upload) error {
	return handler.ErrModifyFinal
}

// ServeContent implements handler.ServableUpload.
func (u *storedUpload) ServeContent(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	ex := exchangeOf(ctx)
	ex.unhurried()
	return u.tus.refuse(ex, u.tus.server.serveStored(w, r, u.file))
}

// receipt describes a stored file in the headers of the answer.
func (t *resumable) receipt(ex *exchange, f File) {
	h := ex.w.Header()
	h.Set("Repr-Digest", reprDigest(t.server.told(f)))
	h.Set("Content-Location", filesPath+f.ID)
	h.Set("Last-Modified", httpTime(f.UploadedAt))
	h.Set("ETag", strconv.Quote(string(f.SHA256)))
	h.Del("Upload-Expires")
	if !f.ExpiresAt.IsZero() {
		h.Set("Upload-Expires", httpTime(f.ExpiresAt))
	}
}
