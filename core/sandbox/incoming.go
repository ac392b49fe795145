package sandbox

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io/fs"
	"os"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
)

// incoming is a file that is being received. It goes through
//
//	<ID>.part written, hashed, synced → <ID>.json → renamed to <ID> → index row
//
// with one fsync for itself and two, of the folder and of the index, that it
// shares with the uploads beside it. The description gets no fsync: the index
// has it too, and it is written again when a crash has damaged it.
type incoming struct {
	File
	vault *vault
	part  *os.File // nil once kept or discarded
	hash  hash.Hash
}

// create begins a file with a new ID.
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

// seal sets the checksum, once all bytes are written.
func (in *incoming) seal() { in.SHA256 = core.NewChecksum(in.hash.Sum(nil)) }

// keep stores the file. An error deletes all of it.
func (in *incoming) keep(ctx context.Context) error {
	err := in.store(ctx)
	if err != nil {
		in.discard()
	}
	in.part = nil
	return err
}

func (in *incoming) store(ctx context.Context) error {
	r, err := in.row()
	if err != nil {
		return err
	}
	if err := errors.Join(in.part.Sync(), in.part.Close()); err != nil {
		return err
	}
	if err := os.WriteFile(in.vault.describing(in.ID), r.description, privateFile); err != nil {
		return err
	}
	if err := os.Rename(in.part.Name(), in.Path); err != nil {
		return err
	}
	return in.vault.index.add(ctx, r)
}

// take stores a file whose content is complete elsewhere on the same disk. After an
// error the content is where it was.
func (v *vault) take(ctx context.Context, f File, from string) error {
	part, err := os.OpenFile(from, os.O_RDWR, privateFile)
	if err != nil {
		return err
	}
	f.Path = v.path(f.ID)
	in := &incoming{File: f, vault: v, part: part}
	err = in.store(ctx)
	if err == nil {
		return nil
	}
	_ = part.Close() // may be closed already
	if back := os.Rename(f.Path, from); back != nil && !errors.Is(back, fs.ErrNotExist) {
		return errors.Join(err, back)
	}
	_ = os.Remove(v.describing(f.ID)) // without a content the next start deletes it
	return err
}

// discard deletes a file that is not stored.
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
