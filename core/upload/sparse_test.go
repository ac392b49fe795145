package upload

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// Fault 42: sizes around the limit of 32 bits are announced correctly, over both versions, and
// nothing of a refused file is sent.
func TestLengthsBeyond32Bits(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	var mu sync.Mutex
	var length int64
	s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		length = r.ContentLength
		mu.Unlock()
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}))
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		c := newTestClient(t, s.URL, ca, func(cfg *Config) { cfg.HTTPVersion = version })
		for _, size := range []int64{1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<32 + 1, 64 << 30} {
			transfer := sparse(t, size)
			form, err := newForm(transfer.Source.Name, transfer.Options, false)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Upload(coretest.Limited(t), transfer, &progress{})
			coretest.Want(t, err, core.KindServer, core.CodeTooLarge, core.OutcomeAnswered)
			mu.Lock()
			if want := int64(len(form.head)) + size + int64(len(form.tail)); length != want {
				t.Errorf("HTTP %s: %d bytes were announced as %d, want %d", version, size, length, want)
			}
			mu.Unlock()
		}
	}
}

// Fault 42 with content: a large file arrives with the right hash, and memory does not grow.
// SOAK=1 makes it 64 GiB.
func TestLargeFileInFlatMemory(t *testing.T) {
	size := int64(64 << 20)
	if soak() {
		size = 64 << 30
	}
	g := newIngester(t, 2)
	c := g.newClient(t, nil)
	transfer := sparse(t, size)
	debug.FreeOSMemory()
	begin, most := resident(t), int64(0)
	p := &progress{onSent: func(n int64) {
		if n%(16<<20) == 0 {
			most = max(most, resident(t))
		}
	}}
	receipt, err := c.Upload(t.Context(), transfer, p)
	if err != nil {
		t.Fatal(err)
	}
	if sum := zeros(size); string(receipt.SHA256) != sum || g.only(t).sum != sum || receipt.Size != size {
		t.Errorf("receipt %+v, want %s", receipt, sum)
	}
	const spare = 64 << 20 // for the race detector and the server
	t.Logf("%d MiB: %d MiB resident at the beginning, %d at most", size>>20, begin>>20, most>>20)
	if most > begin+spare {
		t.Errorf("memory grew from %d to %d MiB", begin>>20, most>>20)
	}
}

// zeros returns the SHA-256 of size zero bytes.
func zeros(size int64) string {
	h := sha256.New()
	_, _ = io.CopyN(h, nothing{}, size) // never fails
	return hex.EncodeToString(h.Sum(nil))
}

type nothing struct{}

func (nothing) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// resident returns the resident memory of this process, 0 if that is not known.
func resident(t *testing.T) int64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data))
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		t.Error(fmt.Errorf("statm: %w", err))
	}
	return pages * int64(os.Getpagesize())
}
