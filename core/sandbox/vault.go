package sandbox

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/smallfile"
)

const (
	// partSuffix ends the names of files that are being written.
	partSuffix = ".part"
	// descriptionSuffix ends the names of descriptions.
	descriptionSuffix = ".json"
	// keyBusyRetry is when to ask again for a key in progress, in seconds.
	keyBusyRetry = 1
)

// vault is the files on disk. An upload goes through
//
//	<ID>.part written, hashed, synced → <ID>.json → renamed to <ID> → index line
//
// with one fsync for itself and two, of the folder and of the index, that it
// shares with the uploads beside it. The description gets no fsync: it is the
// index line once more, and written anew when a crash has damaged it.
type vault struct {
	dir   string
	log   *slog.Logger
	index *index

	mu   sync.Mutex
	busy map[string]bool // keys of uploads under way
}

func (v *vault) path(id string) string { return filepath.Join(v.dir, id) }

func (v *vault) describing(id string) string { return v.path(id) + descriptionSuffix }

// claim reserves a key for one upload until yield, or returns the file that
// the key has stored. A file that someone has removed from disk is not stored.
func (v *vault) claim(key string) (*File, error) {
	if key == "" {
		return nil, nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.busy[key] {
		return nil, &refusal{status: http.StatusConflict, code: codeKeyBusy, retryAfter: keyBusyRetry,
			message: "an upload with this Idempotency-Key is under way"}
	}
	f, err := v.known(key)
	if f == nil && err == nil {
		v.busy[key] = true
	}
	return f, err
}

// known returns the file that a key has stored, nil if there is none.
func (v *vault) known(key string) (*File, error) {
	f, found, err := v.index.find(key)
	if err != nil || !found {
		return nil, err
	}
	there, err := v.there(&f)
	if err != nil || !there {
		return nil, err
	}
	return &f, nil
}

// there fills in the path of a file and reports whether its content is there.
func (v *vault) there(f *File) (bool, error) {
	f.Path = v.path(f.ID)
	_, err := os.Stat(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// get returns the stored file of an ID.
func (v *vault) get(id string) (f File, found bool, err error) {
	if f, found, err = v.index.get(id); err != nil || !found {
		return File{}, false, err
	}
	found, err = v.there(&f)
	return f, found, err
}

// update replaces what is known of a stored file.
func (v *vault) update(f File) error {
	line, err := f.line()
	if err != nil {
		return err
	}
	if err := v.index.add(entry{line: line, id: f.ID, key: f.Key}); err != nil {
		return err
	}
	// The index counts: a description that can't be written now is written
	// at the next start.
	if err := smallfile.Write(v.describing(f.ID), line, privateFile); err != nil {
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

// incoming is a file that is being received.
type incoming struct {
	File
	vault *vault
	part  *os.File // nil once kept or discarded
	hash  hash.Hash
}

// create begins a file under a new ID.
func (v *vault) create() (*incoming, error) {
	id := uuid.NewString()
	part, err := os.OpenFile(v.path(id)+partSuffix, os.O_CREATE|os.O_EXCL|os.O_WRONLY, privateFile)
	if err != nil {
		return nil, err
	}
	return &incoming{File: File{ID: id, Path: v.path(id)}, vault: v, part: part, hash: sha256.New()}, nil
}

// Write implements io.Writer.
func (in *incoming) Write(p []byte) (int, error) {
	n, err := in.part.Write(p)
	_, _ = in.hash.Write(p[:n]) // never fails
	in.Size += int64(n)
	return n, err
}

// seal fills in what is known once everything is written.
func (in *incoming) seal() { in.SHA256 = core.NewChecksum(in.hash.Sum(nil)) }

// keep makes the file durable and known. After an error nothing is left of it.
func (in *incoming) keep() error {
	err := in.store()
	if err != nil {
		in.discard()
	}
	in.part = nil
	return err
}

func (in *incoming) store() error {
	line, err := in.line()
	if err != nil {
		return err
	}
	if err := errors.Join(in.part.Sync(), in.part.Close()); err != nil {
		return err
	}
	if err := os.WriteFile(in.vault.describing(in.ID), line, privateFile); err != nil {
		return err
	}
	if err := os.Rename(in.part.Name(), in.Path); err != nil {
		return err
	}
	return in.vault.index.add(entry{line: line, id: in.ID, key: in.Key})
}

// take makes a file durable and known that is complete at another place of the
// same disk. After an error it is where it was.
func (v *vault) take(f File, from string) error {
	part, err := os.OpenFile(from, os.O_RDWR, privateFile)
	if err != nil {
		return err
	}
	f.Path = v.path(f.ID)
	in := &incoming{File: f, vault: v, part: part}
	err = in.store()
	if err == nil {
		return nil
	}
	_ = part.Close() // may be closed already
	if back := os.Rename(f.Path, from); back != nil && !errors.Is(back, fs.ErrNotExist) {
		return errors.Join(err, back)
	}
	_ = os.Remove(v.describing(f.ID)) // without a content it goes at the next start
	return err
}

// discard removes everything of a file that is not kept.
func (in *incoming) discard() {
	if in == nil || in.part == nil {
		return
	}
	_ = in.part.Close() // may be closed already
	for _, path := range []string{in.part.Name(), in.Path, in.vault.describing(in.ID)} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			in.vault.log.Warn("a file that is not stored could not be removed", "path", path, "err", err)
		}
	}
	in.part = nil
}

// files lists what is stored, oldest first.
func (v *vault) files(ctx context.Context) ([]File, error) {
	var all []File
	place := map[string]int{} // a later line takes the place of the first
	err := v.index.each(func(line []byte, _ span) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := parseLine(line)
		if err != nil {
			return nil // reported when the vault was opened
		}
		if at, again := place[f.ID]; again {
			f.Path = all[at].Path
			all[at] = f
		} else if there, err := v.there(&f); there && err == nil {
			place[f.ID] = len(all)
			all = append(all, f)
		}
		return nil
	})
	return all, err
}

// healthy tries whether something can be stored.
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

func (v *vault) close() error { return v.index.file.Close() }
