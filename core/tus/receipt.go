package tus

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/transport"
	"github.com/artstore/ingester/core/wire"
)

// receipt returns the server's receipt for a complete upload. It is accepted only
// with the hash of the file: given by the server, or else computed by reading the
// file back.
func (a *attempt) receipt(ctx context.Context, end state, whole core.Checksum) (core.Receipt, *core.Error) {
	if end.header.Get("Repr-Digest") == "" && end.header.Get("Upload-Length") == "" { // this is not an answer to HEAD
		// First make durable that the server has accepted the upload, as HEAD
		// may fail.
		e := a.keep(context.WithoutCancel(ctx))
		if e != nil {
			return core.Receipt{}, e
		}
		if end, e = a.look(ctx, end.url, a.size); e != nil {
			return core.Receipt{}, a.unusable(ctx, e)
		}
	}
	sum, err := digest(end.header)
	if err != nil {
		return core.Receipt{}, a.mismatch(ctx, "The server answered a checksum that is no SHA-256.", err)
	}
	if sum == "" {
		var e *core.Error
		if sum, e = a.readBack(ctx, end.url, whole); e != nil {
			return core.Receipt{}, e
		}
	}
	if sum != whole {
		return core.Receipt{}, a.mismatch(ctx, "The server's checksum is not the file's.", fmt.Errorf("sent %s, the server has %s", whole, sum))
	}
	r := core.Receipt{
		FileID: wire.Clean(fileID(end.header, end.url)), Name: a.transfer.Source.Name, Size: a.size, SHA256: whole,
		UploadedAt: a.uploadedAt(end.header), ExpiresAt: date(end.header, "Upload-Expires"),
		Details: details(end.header), HTTP: end.proto, Status: end.status,
	}
	// Upload-Metadata repeats what was sent, and does not tell what is kept.
	content.Told(&r, nil, "", a.transfer.Options)
	return r, nil
}

// mismatch is the error of an upload that differs from our file. The upload is given
// up.
func (a *attempt) mismatch(ctx context.Context, message string, err error) *core.Error {
	if changed := a.file.Unchanged(); changed != nil {
		a.drop(ctx)
		return core.AsError(changed)
	}
	a.drop(ctx)
	return &core.Error{Kind: core.KindIntegrity, Code: core.CodeChecksumMismatch, Op: opUpload, Message: message, Outcome: core.OutcomeAnswered, Err: err}
}

// readBack downloads the file and returns its hash. An answer with Content-Encoding
// was either compressed on the way, or is itself a compressed file whose name made
// the server add that header: it is the file if either way of reading it gives
// whole.
func (a *attempt) readBack(ctx context.Context, target string, whole core.Checksum) (core.Checksum, *core.Error) {
	got, e := a.given(ctx, target, false)
	if got.encoded && (e != nil || got.sum != whole) {
		if raw, failed := a.given(ctx, target, true); failed == nil && raw.sum == whole {
			got, e = raw, nil
		}
	}
	switch {
	case e != nil:
		return "", e
	case got.size != a.size:
		return "", a.mismatch(ctx, "What the server gives back is of another size than the file.", fmt.Errorf("%d bytes of %d", got.size, a.size))
	}
	return got.sum, nil
}

// copyOf is a downloaded file, read up to one byte more than it should have.
type copyOf struct {
	sum     core.Checksum
	size    int64
	encoded bool // by its header
}

// given downloads the file, raw or decoded.
func (a *attempt) given(ctx context.Context, target string, raw bool) (copyOf, *core.Error) {
	x, e := a.client.begin(ctx, opUpload, request{method: http.MethodGet, url: target, size: a.size, header: map[string]string{"Accept-Encoding": "identity"}})
	if e != nil {
		return copyOf{}, cutOff(e)
	}
	defer x.end()
	got := copyOf{encoded: x.resp.Uncompressed}
	switch code := x.resp.StatusCode; {
	case code == http.StatusOK, code == http.StatusNoContent && a.size == 0:
	case code == http.StatusUnauthorized, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout,
		code == http.StatusLocked, code >= 500 && code != http.StatusNotImplemented:
		data, _ := transport.ReadAnswer(x.resp.Body) // only for its message
		return got, a.client.refused(opUpload, &answer{Response: x.resp, data: data}, false)
	default:
		return got, &core.Error{Kind: core.KindIntegrity, Code: core.CodeChecksumMissing, Op: opUpload, Status: code, Outcome: core.OutcomeAnswered,
			Message: "The server took the file but neither says its checksum nor gives it back, so it can't be verified."}
	}
	if raw {
		wire.Raw(x.resp)
	}
	h := sha256.New()
	n, err := copyWatched(h, io.LimitReader(x.resp.Body, a.size+1), x.watch)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) || err != nil && n < a.size {
		return got, cutOff(x.broken(err))
	}
	got.sum, got.size = core.NewChecksum(h.Sum(nil)), n
	return got, nil
}

// cutOff returns e for a question, which changes nothing on the server.
func cutOff(e *core.Error) *core.Error {
	if e.Outcome == core.OutcomeUnknown {
		e.Outcome = core.OutcomeCutOff
	}
	return e
}

// copyWatched copies, and touches watch while bytes move.
func copyWatched(w io.Writer, r io.Reader, watch *transport.Watchdog) (int64, error) {
	block := wire.GetBlock()
	defer wire.PutBlock(block)
	var all int64
	for {
		n, err := r.Read(block[:])
		watch.Touch()
		_, _ = w.Write(block[:n]) // a hash: never fails
		all += int64(n)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

// uploadedAt is when the server last wrote the file, or else when it answered.
func (a *attempt) uploadedAt(h http.Header) time.Time {
	for _, name := range []string{"Last-Modified", "Date"} {
		if t := date(h, name); !t.IsZero() {
			return t
		}
	}
	return a.client.cfg.Now().UTC().Truncate(time.Second)
}

// date reads a header with a time, zero if there is none.
func date(h http.Header, name string) time.Time {
	t, err := http.ParseTime(h.Get(name))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// details returns other headers that are worth showing.
func details(h http.Header) map[string]string {
	d := map[string]string{"protocol": "tus " + version}
	if tag := wire.Clean(h.Get("ETag")); tag != "" {
		d["etag"] = tag
	}
	return d
}
