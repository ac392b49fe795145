package sandbox

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/artstore/ingester/core/smallfile"
)

const (
	// partSuffix ends the names of files that are being received.
	partSuffix = ".part"
	// descriptionSuffix ends the names of descriptions.
	descriptionSuffix = ".json"
	// keyBusyRetry is when to ask again for a key in progress, in seconds.
	keyBusyRetry = 1
)

// vault is what is stored: contents and their descriptions in a folder, and the
// index of them.
type vault struct {
	dir   string
	log   *slog.Logger
	index *index

	mu   sync.Mutex
	busy map[string]bool // keys of uploads under way
}

func (v *vault) path(id string) string { return filepath.Join(v.dir, id) }

func (v *vault) describing(id string) string { return v.path(id) + descriptionSuffix }

// claim reserves a key for one upload until yield, or returns the file that the key
// has stored. A file that was deleted from the disk does not count as stored.
func (v *vault) claim(ctx context.Context, key string) (*File, error) {
	if key == "" {
		return nil, nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.busy[key] {
		return nil, &refusal{status: http.StatusConflict, code: codeKeyBusy, retryAfter: keyBusyRetry,
			message: "an upload with this Idempotency-Key is under way"}
	}
	f, err := v.known(ctx, key)
	if f == nil && err == nil {
		v.busy[key] = true
	}
	return f, err
}

// known returns the file that a key has stored, nil if there is none.
func (v *vault) known(ctx context.Context, key string) (*File, error) {
	f, found, err := v.index.find(ctx, key)
	if err != nil || !found {
		return nil, err
	}
	there, err := v.there(&f)
	if err != nil || !there {
		return nil, err
	}
	return &f, nil
}

// there sets the path of a file, and reports whether its content exists.
func (v *vault) there(f *File) (bool, error) {
	f.Path = v.path(f.ID)
	_, err := os.Stat(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// get returns the stored file with an ID.
func (v *vault) get(ctx context.Context, id string) (f File, found bool, err error) {
	if f, found, err = v.index.get(ctx, id); err != nil || !found {
		return File{}, false, err
	}
	found, err = v.there(&f)
	return f, found, err
}

// update replaces the description of a stored file.
func (v *vault) update(ctx context.Context, f File) error {
	r, err := f.row()
	if err != nil {
		return err
	}
	if err := v.index.add(ctx, r); err != nil {
		return err
	}
	// The index is what counts: the next start writes the description if that
	// fails now.
	if err := smallfile.Write(v.describing(f.ID), r.description, privateFile); err != nil {
		v.log.Warn("a description could not be written", "file_id", f.ID, "err", err)
	}
	return nil
}

// yield ends a claim.
func (v *vault) yield(key string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.busy, key)
}

// files lists what is stored, oldest first.
func (v *vault) files(ctx context.Context) ([]File, error) {
	var all []File
	err := v.index.each(ctx, func(r row) error {
		f, err := r.file()
		if err != nil {
			return nil // reported when the vault was opened
		}
		if there, err := v.there(&f); there && err == nil {
			all = append(all, f)
		}
		return nil
	})
	return all, err
}

// healthy reports why nothing can be stored, nil if files can be.
func (v *vault) healthy() error {
	if err := v.index.health(); err != nil {
		return err
	}
	probe, err := os.CreateTemp(v.dir, "probe-*"+partSuffix)
	if err != nil {
		return err
	}
	_, err = probe.WriteString("probe")
	return errors.Join(err, probe.Close(), os.Remove(probe.Name()))
}

func (v *vault) close() error { return v.index.close() }
