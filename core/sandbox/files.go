package sandbox

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"mime"
	"net/http"
	"os"
	"path"
	"time"

	"github.com/artstore/ingester/core"
)

// filesPath is the path of the Storage Element's files.
const filesPath = "/api/v1/files/"

// list is GET /api/v1/files: all stored files, oldest first, or those that have the
// SHA-256 in the query.
func (s *Server) list(r *http.Request) (any, error) {
	if _, err := s.authorise(r, s.readers()...); err != nil {
		return nil, err
	}
	text := r.URL.Query().Get("checksum")
	sum, err := core.ParseChecksum(text)
	if err != nil {
		return nil, badField("checksum", "value_error", "checksum must be a SHA-256 in hex, not %q", clip(text))
	}
	files, err := s.vault.files(r.Context())
	if err != nil {
		return nil, err
	}
	if s.cfg.Faults.ListPage > 0 {
		return s.list2(r)
	}
	files = s.cfg.Faults.listed(files, s.cfg.Now())
	items := []any{}
	for _, f := range files {
		if sum == "" || f.SHA256 == sum {
			items = append(items, s.receipt(f))
		}
	}
	return map[string]any{"items": items, "total": len(items)}, nil
}

// file is GET /api/v1/files/{id}: the receipt of one file.
func (s *Server) file(r *http.Request) (any, error) {
	f, err := s.lookUp(r)
	if err != nil {
		return nil, err
	}
	return s.receipt(f), nil
}

// download is GET /api/v1/files/{id}/download: its content, or ranges of it.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	f, err := s.lookUp(r)
	if err == nil {
		w.Header().Set("Repr-Digest", reprDigest(s.told(f)))
		err = s.serveStored(w, r, f)
	}
	if err != nil {
		w.Header().Del("Repr-Digest")
		s.refuse(w, asRefusal(err))
	}
}

// lookUp returns the file that the request's path names, if the client may read it.
func (s *Server) lookUp(r *http.Request) (File, error) {
	if _, err := s.authorise(r, s.readers()...); err != nil {
		return File{}, err
	}
	return s.stored(r.Context(), r.PathValue("id"))
}

// stored returns the file with an ID.
func (s *Server) stored(ctx context.Context, id string) (File, error) {
	f, found, err := s.vault.get(ctx, id)
	if err == nil && !found {
		err = &refusal{status: http.StatusNotFound, code: codeNotFound, message: s.words("no file has this ID", "Файл "+id+" не найден")}
	}
	return f, err
}

// told is the checksum of a file in the server's answers.
func (s *Server) told(f File) core.Checksum {
	if s.cfg.Tamper != nil {
		return s.cfg.Tamper(f.Name, f.SHA256)
	}
	return f.SHA256
}

// serveStored answers the content of a stored file.
func (s *Server) serveStored(w http.ResponseWriter, r *http.Request, f File) error {
	h := w.Header()
	h.Set("Content-Type", f.ContentType)
	h.Set("Content-Disposition", disposition(f.Name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", `"`+string(f.SHA256)+`"`)
	return serveFile(w, r, f.Path, f.UploadedAt)
}

// serveFile answers a file on disk, with ranges and conditions. If it returns an
// error, it has written nothing.
func serveFile(w http.ResponseWriter, r *http.Request, name string, at time.Time) error {
	file, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return &refusal{status: http.StatusNotFound, code: codeNotFound, message: "the content is gone"}
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	http.ServeContent(w, r, path.Base(name), at, file)
	return nil
}

// disposition makes a browser save a file under its name instead of showing it.
func disposition(name string) string {
	if text := mime.FormatMediaType("attachment", map[string]string{"filename": name}); text != "" {
		return text
	}
	return "attachment"
}

// sumFile computes the checksum of a file on disk.
func sumFile(name string) (core.Checksum, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // only read
	sum := sha256.New()
	if _, err := bufio.NewReaderSize(file, copyBuffer).WriteTo(sum); err != nil {
		return "", err
	}
	return core.NewChecksum(sum.Sum(nil)), nil
}
