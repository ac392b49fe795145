package sandbox

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"os"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/artstore/ingester/core"
)

// mismatch refuses bytes that differ from what the client has announced.
func mismatch(message string) *refusal {
	return &refusal{status: statusChecksumMismatch, code: codeChecksum, message: message}
}

// complete checks the content of an upload that has all its bytes. whole is its
// hash, nil if some bytes were received before the server's last start.
func (t *resumable) complete(ex *exchange, info handler.FileInfo, whole hash.Hash) error {
	ex.unhurried()
	sum, err := t.sumOf(info.ID, whole)
	if err == nil {
		err = t.verify(info, sum, ex.digest)
	}
	if err != nil {
		t.server.metrics.uploads.WithLabelValues(t.policy(info), "error").Inc()
		return err
	}
	ex.sum = sum
	return nil
}

// sumOf is the checksum of a content, which is read from disk if whole is nil.
func (t *resumable) sumOf(id string, whole hash.Hash) (core.Checksum, error) {
	if whole == nil {
		return sumFile(t.content(id))
	}
	return core.NewChecksum(whole.Sum(nil)), nil
}

// verify compares a content with the checksums that the client has sent: when it
// created the upload, and with the last bytes.
func (t *resumable) verify(info handler.FileInfo, sum, digest core.Checksum) error {
	_, early, err := t.describe(info)
	if err != nil {
		return err
	}
	if digest != "" && digest != sum {
		return mismatch("the file is not that of the Repr-Digest: its SHA-256 is " + string(sum))
	}
	if early != "" && early != sum {
		return mismatch("the file is not that of the upload's sha256: its SHA-256 is " + string(sum))
	}
	return nil
}

// policy is the retention of an upload, as a metric label.
func (t *resumable) policy(info handler.FileInfo) string {
	file, _, err := t.describe(info)
	if err != nil {
		return unknownPolicy
	}
	return string(file.Retention)
}

// finish is called when an upload has all its bytes. It makes it a stored file
// before the client gets the answer.
func (t *resumable) finish(hook handler.HookEvent) (handler.HTTPResponse, error) {
	ex, info := exchangeOf(hook.Context), hook.Upload
	if info.IsPartial {
		return handler.HTTPResponse{}, nil
	}
	ex.unhurried()
	if ex.sum == "" { // an empty file: WriteChunk was never called
		if err := t.complete(ex, info, nil); err != nil {
			return handler.HTTPResponse{}, t.refuse(ex, errors.Join(err, t.forget(info)))
		}
	}
	file, err := t.publish(hook.Context, info, ex.sum)
	if err != nil {
		t.server.metrics.uploads.WithLabelValues(t.policy(info), "error").Inc()
		return handler.HTTPResponse{}, t.refuse(ex, err)
	}
	t.receipt(ex, file)
	return handler.HTTPResponse{}, nil
}

// publish makes a checked upload a stored file. If its Idempotency-Key has stored
// another file meanwhile, it returns that one and deletes this upload. Partial
// uploads are deleted before the description: if the server is killed in between,
// the description says which ones are left.
func (t *resumable) publish(ctx context.Context, info handler.FileInfo, sum core.Checksum) (File, error) {
	ctx = context.WithoutCancel(ctx) // all bytes are here, so the client is not needed any more
	s := t.server
	file, _, err := t.describe(info)
	if err != nil {
		return File{}, err
	}
	known, err := s.vault.claim(ctx, file.Key)
	if err != nil {
		return File{}, err
	}
	if known != nil {
		s.cfg.Log.Info("already stored", "file_id", known.ID, "upload", info.ID)
		return *known, t.clear(info)
	}
	defer s.vault.yield(file.Key)
	file.SHA256, file.Path = sum, s.vault.path(info.ID)
	since, err := os.Stat(t.content(info.ID) + infoSuffix)
	if err != nil {
		return File{}, err
	}
	if err := s.vault.take(ctx, file, t.content(info.ID)); err != nil {
		return File{}, err
	}
	s.metrics.uploads.WithLabelValues(string(file.Retention), "success").Inc()
	s.metrics.duration.Observe(max(0, s.cfg.Now().Sub(since.ModTime()).Seconds()))
	s.metrics.size.Observe(float64(file.Size))
	s.cfg.Log.Info("stored", "file_id", file.ID, "size", file.Size, "protocol", "tus")
	// The file is stored: what can't be deleted now is deleted at the next start.
	if err := t.clear(info); err != nil {
		s.cfg.Log.Warn("an upload that is stored could not be cleared away", "file_id", file.ID, "err", err)
	}
	return file, nil
}

// clear deletes what is left of an upload that is stored.
func (t *resumable) clear(info handler.FileInfo) error {
	for _, id := range info.PartialUploads {
		if !isID(id) {
			continue
		}
		if err := t.forget(handler.FileInfo{ID: id}); err != nil {
			return err
		}
	}
	return t.forget(info)
}

// forget deletes an upload.
func (t *resumable) forget(info handler.FileInfo) error {
	t.keepHash(info.ID, 0, nil)
	for _, suffix := range []string{"", markSuffix, markSuffix + partSuffix, infoSuffix} {
		if err := os.Remove(t.content(info.ID) + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// settle finishes an upload that was interrupted after its bytes had arrived and
// before they were checked or stored. It stores the upload, or removes the last
// bytes so that the client sends them again; then the file is nil.
func (t *resumable) settle(ctx context.Context, info handler.FileInfo) (*File, error) {
	m, marked, err := t.marked(info.ID)
	if err != nil {
		return nil, err
	}
	if wants(info) {
		sum, err := t.sumOf(info.ID, nil)
		if err == nil {
			err = t.verify(info, sum, m.Digest)
		}
		said := m.Digest != "" || info.MetaData["sha256"] != ""
		if err == nil && (said || !m.Piece) {
			file, err := t.publish(ctx, info, sum)
			return &file, err
		}
		if known := (*refusal)(nil); err != nil && !errors.As(err, &known) {
			return nil, err
		}
		if info.Size == 0 {
			return nil, t.forget(info)
		}
	} else if !marked {
		return nil, nil
	}
	t.server.cfg.Log.Warn("bytes that could not be checked are taken back", "upload", info.ID, "offset", m.Offset)
	t.keepHash(info.ID, 0, nil)
	return nil, t.takeBack(info.ID, m.Offset)
}

// hashed is the SHA-256 of an upload up to an offset.
type hashed struct {
	hash hash.Hash
	at   int64
}

// hashAt returns the hash of an upload's bytes before offset, nil if it is not
// known.
func (t *resumable) hashAt(id string, offset int64) hash.Hash {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.hashes[id]; ok && known.at == offset {
		return known.hash
	}
	if offset == 0 {
		return sha256.New()
	}
	return nil
}

// keepHash remembers the hash of an upload's bytes before offset; nil forgets.
func (t *resumable) keepHash(id string, offset int64, h hash.Hash) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if h == nil {
		delete(t.hashes, id)
		return
	}
	t.hashes[id] = hashed{hash: h, at: offset}
}

// cloneHash copies a hash, so that later bytes can be taken back.
func cloneHash(h hash.Hash) hash.Hash {
	c, ok := h.(hash.Cloner)
	if !ok { // nil
		return nil
	}
	twin, err := c.Clone()
	if err != nil { // SHA-256 never fails
		return nil
	}
	return twin
}

// hashing writes into those of the hashes that are not nil.
func hashing(hashes ...hash.Hash) io.Writer {
	var to []io.Writer
	for _, h := range hashes {
		if h != nil {
			to = append(to, h)
		}
	}
	return io.MultiWriter(to...)
}
