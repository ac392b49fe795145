package coretest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// Archive returns n queued transfers as a drop of a photo archive gives them.
func Archive(n int) []core.Transfer {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	list := make([]core.Transfer, n)
	for i := range list {
		name := fmt.Sprintf("archive/box-%03d/scan %06d.tiff", i/1000, i)
		list[i] = core.Transfer{
			ID: core.TransferID(fmt.Sprintf("%08x-1111-4222-8333-%012x", uint32(i)*2654435761, i)), Seq: int64(i + 1),
			Source:  core.Source{Path: "/home/anna/pictures/" + name, Name: name, Size: 4096, ModTime: at, FileID: fmt.Sprint("2049:", i)},
			Options: core.Options{Profile: "Production", Retention: core.RetentionTemporary, TTLDays: 30, Tags: []string{"archive"}},
			Server:  "https://ingester.example:8020", State: core.StateQueued, QueuedAt: at,
		}
	}
	return list
}

// SmallFile is the transfer of a file of one byte, which is there.
func SmallFile(t testing.TB) core.Transfer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.txt")
	WriteFile(t, path, []byte("a"))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return core.Transfer{
		ID: "11111111-2222-4333-8444-555555555555", Options: core.Options{Retention: core.RetentionTemporary, TTLDays: 1},
		Source: core.Source{Path: path, Name: "a.txt", Size: info.Size(), ModTime: info.ModTime()},
	}
}

// Unwatched is a core.Progress that nobody looks at.
type Unwatched struct{}

// Sent implements core.Progress.
func (Unwatched) Sent(int64) {}

// Resumed implements core.Progress.
func (Unwatched) Resumed(int64) {}

// Finishing implements core.Progress.
func (Unwatched) Finishing(context.Context) error { return nil }

// Resumable implements core.Progress.
func (Unwatched) Resumable(context.Context, string) error { return nil }
