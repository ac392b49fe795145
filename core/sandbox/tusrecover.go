package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/smallfile"
)

const (
	infoSuffix = ".info"  // of the files in which tusd describes uploads
	markSuffix = ".check" // of marks
	// sweepInterval is how often expired uploads are deleted.
	sweepInterval = time.Hour
)

// content is the path of an upload's content.
func (t *resumable) content(id string) string { return filepath.Join(t.dir, id) }

// mark is a file beside an upload while unchecked bytes are written to it. After a
// kill -9 the next start reads from it what to check, and which bytes to remove if
// the check fails.
type mark struct {
	Offset int64         `json:"offset"`           // where the unchecked bytes begin
	Piece  bool          `json:"piece,omitempty"`  // they have a checksum of their own
	Digest core.Checksum `json:"digest,omitempty"` // of the whole file, if they are its last bytes
}

// mark replaces the mark of an upload. Half a mark would cost bytes that are already
// confirmed. A power cut may tear it: then everything is checked.
func (t *resumable) mark(id string, m mark) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return smallfile.Replace(t.content(id)+markSuffix, data, privateFile)
}

// marked reads the mark of an upload. If a power cut has torn it, everything has to
// be checked.
func (t *resumable) marked(id string) (m mark, found bool, err error) {
	data, err := os.ReadFile(t.content(id) + markSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return mark{}, false, nil
	}
	if err != nil {
		return mark{}, false, err
	}
	if json.Unmarshal(data, &m) != nil || m.Offset < 0 {
		return mark{Piece: true}, true, nil
	}
	return m, true, nil
}

func (t *resumable) unmark(id string) error {
	err := os.Remove(t.content(id) + markSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// takeBack removes the bytes from offset on. tusd reads the offset from the size.
func (t *resumable) takeBack(id string, offset int64) error {
	if err := os.Truncate(t.content(id), offset); err != nil {
		return err
	}
	return t.unmark(id)
}

// recover finishes what a crash interrupted. It runs before the first request.
func (t *resumable) recover(ctx context.Context) error {
	if err := t.clearMarks(); err != nil {
		return err
	}
	uploads, err := t.uploads()
	if err != nil {
		return err
	}
	for id, written := range uploads {
		if t.stale(written) {
			err = t.forget(handler.FileInfo{ID: id})
		} else {
			err = t.resume(ctx, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// clearMarks deletes marks that were only half written.
func (t *resumable) clearMarks() error {
	entries, err := os.ReadDir(t.dir)
	for _, e := range entries {
		if smallfile.IsLeftover(e.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(t.dir, e.Name())))
		}
	}
	return err
}

// resume makes an upload ready to be continued.
func (t *resumable) resume(ctx context.Context, id string) error {
	info, err := t.info(id)
	if err != nil {
		// Without a whole description it was just being created.
		t.server.cfg.Log.Warn("an upload that nothing describes is removed", "upload", id, "err", err)
		return t.forget(handler.FileInfo{ID: id})
	}
	content, err := os.Stat(t.content(id))
	if errors.Is(err, fs.ErrNotExist) {
		if _, stored, err := t.server.vault.get(ctx, id); err != nil || stored {
			return errors.Join(err, t.clear(info))
		}
		return t.forget(info)
	}
	if err != nil {
		return err
	}
	if info.IsFinal { // was being concatenated; its parts are still there
		return t.forget(info)
	}
	info.Offset = content.Size()
	_, err = t.settle(ctx, info)
	if known := (*refusal)(nil); errors.As(err, &known) {
		t.server.cfg.Log.Warn("an upload can't be stored", "upload", id, "err", err)
		return nil
	}
	return err
}

// info reads the description of an upload.
func (t *resumable) info(id string) (info handler.FileInfo, err error) {
	data, err := os.ReadFile(t.content(id) + infoSuffix)
	if err != nil {
		return info, err
	}
	if err = json.Unmarshal(data, &info); err == nil && (info.ID != id || info.Size < 0) {
		err = errors.New("its description is another upload's")
	}
	return info, err
}

// uploads lists the unfinished uploads with the time of the last byte. It ignores
// other files.
func (t *resumable) uploads() (map[string]time.Time, error) {
	entries, err := os.ReadDir(t.dir)
	if err != nil {
		return nil, err
	}
	found := map[string]time.Time{}
	for _, e := range entries {
		id, _, _ := strings.Cut(e.Name(), ".")
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !isID(id) {
			continue // deleted meanwhile, or not ours
		}
		if info.ModTime().After(found[id]) {
			found[id] = info.ModTime()
		}
	}
	return found, nil
}

func (t *resumable) stale(written time.Time) bool {
	return t.server.cfg.Now().Sub(written) > t.server.cfg.TusExpiry
}

// keepClean deletes expired uploads, until ctx ends.
func (t *resumable) keepClean(ctx context.Context) {
	tick := time.NewTicker(sweepInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := t.sweep(ctx); err != nil {
				t.server.cfg.Log.Warn("old uploads could not be removed", "err", err)
			}
		}
	}
}

// sweep deletes the uploads that have expired.
func (t *resumable) sweep(ctx context.Context) error {
	uploads, err := t.uploads()
	for id, written := range uploads {
		if t.stale(written) {
			err = errors.Join(err, t.drop(ctx, id))
		}
	}
	return err
}

// drop deletes an upload, unless it was continued meanwhile.
func (t *resumable) drop(ctx context.Context, id string) error {
	unlock, err := t.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	info, err := os.Stat(t.content(id))
	if err == nil && !t.stale(info.ModTime()) {
		return nil
	}
	t.server.cfg.Log.Info("an upload that nobody went on with is removed", "upload", id)
	return t.forget(handler.FileInfo{ID: id})
}

// lock waits until no request has the upload.
func (t *resumable) lock(ctx context.Context, id string) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	lock, err := t.locker.NewLock(id)
	if err == nil {
		// Requests that want it meanwhile have to wait, but not long.
		err = lock.Lock(ctx, func() {})
	}
	return func() { _ = lock.Unlock() }, err // the memory lock has no errors
}
