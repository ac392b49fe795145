package tus

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/wire"
)

// hashing is a tus server with one upload, of which it keeps only the hash.
type hashing struct {
	checked bool
	offset  int64
	whole   hash.Hash
}

// ServeHTTP implements http.Handler.
func (h *hashing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	switch r.Method {
	case http.MethodOptions:
		header.Set("Tus-Version", version)
		header.Set("Tus-Extension", "creation")
		if h.checked {
			header.Set("Tus-Extension", "creation,checksum")
			header.Set("Tus-Checksum-Algorithm", "sha256")
		}
	case http.MethodPost:
		h.offset, h.whole = 0, sha256.New()
		header.Set("Location", "/files/1")
		w.WriteHeader(http.StatusCreated)
	case http.MethodPatch:
		piece := sha256.New()
		hashes := io.Writer(h.whole)
		if h.checked {
			hashes = io.MultiWriter(h.whole, piece)
		}
		n, _ := io.CopyBuffer(struct{ io.Writer }{hashes}, r.Body, make([]byte, wire.BlockSize))
		h.offset += n
		if h.checked && r.Header.Get("Upload-Checksum") != uploadChecksum(piece.Sum(nil)) {
			w.WriteHeader(statusChecksumMismatch)
			return
		}
		h.tell(header)
		w.WriteHeader(http.StatusNoContent)
	case http.MethodHead:
		h.tell(header)
	}
}

func (h *hashing) tell(header http.Header) {
	header.Set("Upload-Offset", strconv.FormatInt(h.offset, 10))
	header.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(h.whole.Sum(nil))+":")
}

// BenchmarkUpload sends large files, one after another, over loopback and mutual TLS 1.3
// to a server that hashes them, as a whole only or also piece by piece.
func BenchmarkUpload(b *testing.B) {
	const size = 512 << 20
	for _, checked := range []bool{false, true} {
		b.Run(fmt.Sprintf("checksums %v", checked), func(b *testing.B) {
			ca := coretest.NewCA(b, "CA")
			s := httptest.NewUnstartedServer(&hashing{checked: checked})
			s.TLS = ca.ServerConfig(b)
			s.TLS.MinVersion = tls.VersionTLS13
			s.StartTLS()
			defer s.Close()
			c, err := New(Config{URL: s.URL + "/files/", Tokens: &coretest.Tokens{},
				TLS: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: ca.Pool(), Certificates: []tls.Certificate{ca.Client(b, "tester")}}})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			transfer, _ := newTransfer(b, "a", 0)
			if err := os.Truncate(transfer.Source.Path, size); err != nil {
				b.Fatal(err)
			}
			info, err := os.Stat(transfer.Source.Path)
			if err != nil {
				b.Fatal(err)
			}
			transfer.Source.Size, transfer.Source.ModTime = size, info.ModTime()
			transfer.Options = core.Options{Retention: core.RetentionPermanent}
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Upload(b.Context(), transfer, &progress{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
