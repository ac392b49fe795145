package tus

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/coretest"
)

// encoded compresses the answers of s to requests for which which returns true.
func (s *server) encoded(encoding string, which func(*http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !which(r) {
			return false
		}
		coretest.Encoded(http.HandlerFunc(s.serve), encoding).ServeHTTP(w, r)
		return true
	}
}

func always(*http.Request) bool     { return true }
func download(r *http.Request) bool { return r.Method == http.MethodGet }

// The client understands a proxy that compresses answers, in every call, even when a file
// is read back.
func TestEncodedAnswers(t *testing.T) {
	for _, encoding := range []string{"gzip", "deflate"} {
		for _, checked := range []bool{false, true} {
			s := newServer(t, func(s *server) { s.checked = checked })
			s.set(s.encoded(encoding, always))
			transfer, data := newTransfer(t, "a.bin", 3*lastBytes+5)
			r, err := s.newClient(t, nil).Upload(coretest.Limited(t), transfer, &progress{})
			wantReceipt(t, r, err, data)
			if reads, _ := s.count(http.MethodGet); (reads == 1) == checked {
				t.Errorf("%s: the file was read back %d times", encoding, reads)
			}
		}
	}
}

// A server may return a compressed file as it is, with Content-Encoding because of its
// extension. Only the file's own bytes prove it stored.
func TestReadBackOfAPackedFile(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(bytes.Repeat([]byte("ballast "), 1000))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := t.TempDir() + "/a.gz"
	if err := os.WriteFile(file, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	transfer, _ := newTransfer(t, "a.gz", 1)
	transfer.Source = content.Describe(file, "a.gz", info)
	s := newServer(t, nil)
	called := func(change func([]byte) []byte) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !download(r) {
				return false
			}
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(change(s.file(r.URL.Path)))
			return true
		}
	}
	s.set(called(bytes.Clone))
	r, err := s.newClient(t, nil).Upload(coretest.Limited(t), transfer, &progress{})
	wantReceipt(t, r, err, packed.Bytes())
	if sum := sha256.Sum256(s.file(r.FileID)); r.SHA256 != core.NewChecksum(sum[:]) {
		t.Error("the server has another file")
	}
	s.set(called(func(data []byte) []byte { return append(data, data...) })) // can be unpacked, but is not our file
	_, err = s.newClient(t, nil).Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindIntegrity, core.CodeChecksumMismatch, core.OutcomeAnswered)
}

// If the file read back can't be decoded, it is neither verified nor given up: that is an
// error, and once the proxy is repaired nothing is sent again.
func TestReadBackThatCantBeUnpacked(t *testing.T) {
	s := newServer(t, nil)
	s.set(s.encoded("br", download))
	transfer, data := newTransfer(t, "a.bin", 2*lastBytes)
	p := &progress{}
	c := s.newClient(t, nil)
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	if e := coretest.WantError(t, err, core.KindServer, core.CodeAnswerInvalid, core.OutcomeCutOff); !strings.Contains(e.Message, "(br)") {
		t.Error(e)
	}
	if n, _ := s.count(http.MethodDelete); n != 0 {
		t.Errorf("%d uploads were deleted", n)
	}
	s.set(nil)
	s.forget()
	transfer.Resume = p.note()
	r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	wantReceipt(t, r, err, data)
	if _, sent := s.count(http.MethodPatch); sent != 0 {
		t.Errorf("%d bytes were sent again", sent)
	}
}
