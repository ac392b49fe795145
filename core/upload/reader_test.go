package upload

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/transport"
	"github.com/artstore/ingester/core/wire"
)

func TestContentHashesWhatItHandsOut(t *testing.T) {
	for _, size := range []int{0, 1, 1000, aheadLimit, aheadLimit + 1, 5*wire.BlockSize - 1, 5 * wire.BlockSize, 20*wire.BlockSize + 7} {
		data := bytes.Repeat([]byte("0123456789abcdefghijklmnopq"), size/27+1)[:size]
		for name, file := range map[string]io.Reader{
			"plain": bytes.NewReader(data), "halves": iotest.HalfReader(bytes.NewReader(data)),
			"error with data": iotest.DataErrReader(bytes.NewReader(data)), "longer": bytes.NewReader(append(bytes.Clone(data), "more"...)),
		} {
			c := newReader(t.Context(), file, int64(size))
			got, err := io.ReadAll(c)
			sum := sha256.Sum256(data)
			if err != nil || !bytes.Equal(got, data) || c.sum() != core.NewChecksum(sum[:]) {
				t.Errorf("%s, %d bytes: %d came, %v", name, size, len(got), err)
			}
			c.close()
		}
	}
}

// Faults 40 and 41: a file that shrinks, and EIO in the middle.
func TestContentThatFails(t *testing.T) {
	for _, size := range []int64{1000, 4 << 20} {
		for _, tt := range []struct {
			name string
			file io.Reader
			code core.Code
		}{
			{"nothing there", bytes.NewReader(nil), core.CodeFileChanged},
			{"shorter", bytes.NewReader(make([]byte, size-1)), core.CodeFileChanged},
			{"broken at once", iotest.ErrReader(errors.New("EIO")), core.CodeFileUnreadable},
			{"broken later", io.MultiReader(bytes.NewReader(make([]byte, size/2)), iotest.ErrReader(errors.New("EIO"))), core.CodeFileUnreadable},
		} {
			c := newReader(t.Context(), tt.file, size)
			n, err := io.Copy(io.Discard, c)
			if core.CodeOf(err) != tt.code || n >= size {
				t.Errorf("%s of %d: %d bytes, %v", tt.name, size, n, err)
			}
			if _, again := c.Read(make([]byte, 10)); again == nil {
				t.Errorf("%s of %d: the error did not stay", tt.name, size)
			}
			c.close()
		}
	}
}

// However far reading ahead has come, close ends it. Half a file has no hash.
func TestContentEndsWhenClosed(t *testing.T) {
	const size = 16 << 20
	for _, taken := range []int64{0, 1, wire.BlockSize, 3*wire.BlockSize + 5} {
		ctx, cancel := context.WithCancel(t.Context())
		c := newReader(ctx, bytes.NewReader(make([]byte, size)), size)
		if _, err := io.CopyN(io.Discard, c, taken); err != nil {
			t.Error(err)
		}
		cancel()
		if n, err := io.Copy(io.Discard, c); !errors.Is(err, context.Canceled) || n >= size {
			t.Errorf("%d more bytes, %v", n, err)
		}
		c.close()
		if c.sum() != "" {
			t.Error("half a file has a hash")
		}
	}
}

// net/http may keep a body after RoundTrip. Once finished, the body returns no more bytes.
func TestBodyGivesNothingOnceFinished(t *testing.T) {
	f, err := newForm("a", core.Options{}, false)
	if err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 1000)
	gate := 0
	watch := transport.NewWatchdog(func(error) {})
	defer watch.Stop()
	b := newBody(t.Context(), f, bytes.NewReader(data), 1000, transport.NewReporter(&progress{}, time.Now, 1000, 0), nil,
		watch, func() {}, func(context.Context) error { gate++; return nil })
	if n, err := io.CopyN(io.Discard, b, 500); err != nil {
		t.Fatal(n, err)
	}
	if sum, failure := b.finish(); sum != "" || failure != nil {
		t.Errorf("half a body has %q, %v", sum, failure)
	}
	if n, err := b.Read(make([]byte, 10)); n != 0 || err == nil {
		t.Errorf("a finished body gave %d bytes", n)
	}
	if sum, _ := b.finish(); sum != "" || gate != 0 || b.Complete() {
		t.Errorf("%q, %d", sum, gate)
	}
}
