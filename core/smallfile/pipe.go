package smallfile

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lookEvery is how often Await checks whether a pipe has a writer.
const lookEvery = 50 * time.Millisecond

// Await is Read, but also for a terminal or a pipe, which may have no writer yet. It waits
// for their content until ctx ends. A pipe that was handed over open, as by <(command), has
// had its writer: if that has ended without writing, the content is empty.
func Await(ctx context.Context, path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	pipe := info.Mode()&fs.ModeNamedPipe != 0
	if !pipe && info.Mode()&fs.ModeCharDevice == 0 {
		return Read(path, limit)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only for reading
	stop := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	data, err := readAll(f, limit)
	waits := pipe && !handedOver(path)
	for waits && err == nil && len(data) == 0 { // a pipe without a writer reads as empty
		select {
		case <-ctx.Done():
		case <-time.After(lookEvery):
		}
		if ctx.Err() != nil {
			break
		}
		data, err = readAll(f, limit)
	}
	if ctx.Err() != nil && (err != nil || len(data) == 0) {
		return nil, context.Cause(ctx)
	}
	return data, err
}

// handedOver reports whether path stands for an open file of this or another process. If
// that is a pipe, the name leads to no path.
func handedOver(path string) bool {
	path = filepath.Clean(path)
	if path == "/dev/stdin" || strings.HasPrefix(path, "/dev/fd/") {
		return true
	}
	_, err := filepath.EvalSymlinks(path)
	return err != nil
}
