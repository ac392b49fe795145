package content

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"time"

	"github.com/artstore/ingester/core"
)

// blockSize is the unit in which files are read.
const blockSize = 256 << 10

// Sum returns the SHA-256 of everything that reading the file gives, whatever length its
// directory entry says. The file has to have the size and time of src. Its identity is
// not checked, as the hash tells more.
func Sum(ctx context.Context, src core.Source) (core.Checksum, error) {
	src.FileID, src.Changed = "", time.Time{}
	file, err := Open(src)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	if _, err := file.Copy(ctx, hash); err != nil {
		return "", err
	}
	return core.NewChecksum(hash.Sum(nil)), nil
}

// Copy writes everything that reading the file gives to w, and returns how many bytes
// that was. A file that changes meanwhile gives CodeFileChanged.
func (s *File) Copy(ctx context.Context, w io.Writer) (int64, error) {
	block := make([]byte, blockSize)
	for at := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return at, &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: op, Message: "The work was stopped.", Err: err}
		}
		n, err := s.ReadAt(block, at)
		if _, writeErr := w.Write(block[:n]); writeErr != nil {
			return at, writeErr
		}
		at += int64(n)
		switch {
		case errors.Is(err, io.EOF):
			return at, s.still()
		case err != nil:
			return at, Unreadable(err)
		}
	}
}
