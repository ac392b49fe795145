package upload

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/wire"
)

// BenchmarkUpload sends files, one after another, over loopback and mutual TLS 1.3 to a
// server that hashes them.
func BenchmarkUpload(b *testing.B) {
	for _, size := range []int64{4 << 10, 64 << 20} {
		for _, version := range []string{core.HTTP11, core.HTTP2} {
			b.Run(fmt.Sprintf("%dKiB/http%s", size>>10, version), func(b *testing.B) {
				ca := coretest.NewCA(b, "CA")
				s := startTLS(b, ca, http.HandlerFunc(hashing))
				c := newTestClient(b, s.URL, ca, func(cfg *Config) { cfg.HTTPVersion = version })
				transfer := sparse(b, size)
				b.SetBytes(size)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Upload(b.Context(), transfer, &quiet{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func hashing(w http.ResponseWriter, r *http.Request) {
	form, err := r.MultipartReader()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return
		}
		if part.FormName() == "file" {
			answerHash(w, part)
			_, _ = io.Copy(io.Discard, r.Body)
			return
		}
	}
}

func answerHash(w http.ResponseWriter, part *multipart.Part) {
	block := wire.GetBlock()
	defer wire.PutBlock(block)
	hash := sha256.New()
	size, _ := io.CopyBuffer(hash, struct{ io.Reader }{part}, block[:])
	_, _ = io.Copy(io.Discard, part)
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, receiptJSON(2, "a", size, hex.EncodeToString(hash.Sum(nil))))
}

type quiet struct{ progress }

func (*quiet) Sent(int64) {}
