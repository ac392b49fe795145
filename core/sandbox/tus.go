package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	exslog "golang.org/x/exp/slog" // tusd logs with the forerunner of log/slog

	"github.com/artstore/ingester/core"
)

const (
	// tusPath is where resumable uploads are.
	tusPath = "/files/"
	// statusChecksumMismatch is the status of tus's checksum extension.
	statusChecksumMismatch = 460
	// promises tells clients that a complete upload is a stored file, and
	// that repeating a creation is safe.
	promises = "complete-is-stored, idempotency-key"
	// lockPatience is how long a request waits for another request of the same
	// upload to end.
	lockPatience = 20 * time.Second
)

// resumable is the tus 1.0 server: tusd implements the protocol, and this adds what
// tusd lacks. A PATCH may have the checksum of its piece (Upload-Checksum), and the
// last one that of the whole file (Repr-Digest). Bytes that don't match are removed
// again. A complete upload becomes a stored file with the same ID, so its URL works
// as long as the file exists. Unfinished uploads expire.
//
// An unfinished upload is tus/<ID> and tus/<ID>.info, both tusd's, and
// tus/<ID>.check while bytes are written that may have to be removed again.
type resumable struct {
	server  *Server
	dir     string
	files   filestore.FileStore
	locker  *memorylocker.MemoryLocker
	handler http.Handler
	offer   string // Tus-Extension

	mu     sync.Mutex
	hashes map[string]hashed // of unfinished uploads, by ID
}

// openTus prepares the server, and finishes what a crash interrupted.
func openTus(ctx context.Context, s *Server) (*resumable, error) {
	dir := filepath.Join(s.cfg.Dir, "tus")
	if err := os.MkdirAll(dir, privateDir); err != nil {
		return nil, err
	}
	t := &resumable{server: s, dir: dir, locker: memorylocker.New(), hashes: map[string]hashed{},
		files: filestore.FileStore{Path: dir, DirModePerm: privateDir, FileModePerm: privateFile}}
	composer := handler.NewStoreComposer()
	composer.UseCore(t)
	composer.UseTerminater(t)
	composer.UseConcater(t)
	composer.UseContentServer(t)
	composer.UseLocker(t.locker)
	h, err := handler.NewHandler(handler.Config{
		StoreComposer: composer, BasePath: tusPath, MaxSize: s.cfg.MaxFileSize, Cors: &handler.CorsConfig{Disable: true},
		PreUploadCreateCallback: t.create, PreFinishResponseCallback: t.finish, AcquireLockTimeout: lockPatience,
		// tusd keeps a goroutine for this long after a request; it is not needed here.
		GracefulRequestCompletionTimeout: time.Millisecond,
		Logger:                           exslog.New(exslog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return nil, err
	}
	t.handler, t.offer = http.StripPrefix("/files", h), h.SupportedExtensions()+",checksum,expiration"
	if err := t.recover(ctx); err != nil {
		return nil, err
	}
	return t, nil
}

// exchange is one request. It is in the context of everything that tusd calls.
type exchange struct {
	w      http.ResponseWriter
	method string
	who    identity
	key    string
	piece  *pieceSum     // Upload-Checksum
	digest core.Checksum // Repr-Digest
	body   *counted
	sum    core.Checksum // of the complete content, "" until it is known
}

type exchangeKey struct{}

// exchangeOf returns the exchange that ServeHTTP put into ctx.
func exchangeOf(ctx context.Context) *exchange {
	ex, _ := ctx.Value(exchangeKey{}).(*exchange)
	return ex
}

// ServeHTTP checks the token and the headers that tusd does not know, and calls tusd.
func (t *resumable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	who, err := t.server.authorise(r, scopeWrite)
	ex := &exchange{w: w, method: r.Method, who: who, key: r.Header.Get("Idempotency-Key"), body: &counted{ReadCloser: r.Body}}
	if err == nil {
		err = ex.read(r.Header)
	}
	var known *File
	if err == nil && creates(r) {
		known, err = t.server.vault.known(r.Context(), ex.key)
	}
	if err != nil {
		w.Header().Set("Tus-Resumable", "1.0.0")
		t.server.refuse(w, asRefusal(err))
		return
	}
	switch {
	case r.Method == http.MethodOptions:
		t.options(w)
		return
	case known != nil:
		t.replay(ex, *known)
		return
	case r.Method == http.MethodPost || r.Method == http.MethodPatch:
		t.server.metrics.active.Inc()
		defer t.server.metrics.active.Dec()
	}
	r.Header.Del("X-HTTP-Method-Override") // every client can send PATCH
	r.Body = ex.body
	// tusd sets deadlines, which would cut off the next request of the same
	// connection.
	defer ex.unhurried()
	t.handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, ex)))
}

// creates reports whether a request creates a file, whole or by concatenation. A
// partial upload has the key of its file, but is not a file itself.
func creates(r *http.Request) bool {
	return r.Method == http.MethodPost && r.Header.Get("Upload-Concat") != "partial"
}

// replay answers a creation whose Idempotency-Key has stored a file before: with the
// upload that became this file.
func (t *resumable) replay(ex *exchange, file File) {
	t.receipt(ex, file)
	h := ex.w.Header()
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Location", tusPath+file.ID)
	h.Set("Upload-Offset", strconv.FormatInt(file.Size, 10))
	h.Set("Idempotency-Replayed", "true")
	ex.w.WriteHeader(http.StatusCreated)
}

// read checks the headers that tusd does not know.
func (ex *exchange) read(h http.Header) (err error) {
	if err = checkKey(ex.key); err != nil {
		return err
	}
	if ex.piece, err = parsePieceSum(h.Get("Upload-Checksum")); err != nil {
		return err
	}
	ex.digest, err = parseReprDigest(h.Get("Repr-Digest"))
	return err
}

// unhurried removes tusd's deadlines, for work whose time depends on the size of
// the file.
func (ex *exchange) unhurried() {
	control := http.NewResponseController(ex.w)
	// They fail only if the connection has ended.
	_ = control.SetReadDeadline(time.Time{})
	_ = control.SetWriteDeadline(time.Time{})
}

// options answers what the server supports.
func (t *resumable) options(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Tus-Version", "1.0.0")
	h.Set("Tus-Extension", t.offer)
	h.Set("Tus-Max-Size", strconv.FormatInt(t.server.cfg.MaxFileSize, 10))
	h.Set("Tus-Checksum-Algorithm", checksumAlgorithms)
	h.Set("Tus-Promise", promises)
	w.WriteHeader(http.StatusNoContent)
}

// refuse turns any error into one that tusd answers as the server's generation
// does.
func (t *resumable) refuse(ex *exchange, err error) error {
	var known handler.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	r := asRefusal(err)
	status, body := t.server.shape(r)
	t.server.note(ex.w, r, status)
	data, err := json.Marshal(body)
	if err != nil {
		return err // every value is the sandbox's own
	}
	return handler.Error{ErrorCode: r.code, Message: r.message, HTTPResponse: handler.HTTPResponse{StatusCode: status,
		Body: string(data) + "\n", Header: handler.HTTPHeader{"Content-Type": "application/json"}}}
}

// What an upload keeps besides the client's metadata, under these names.
const (
	metaKey = "idempotency_key"
	metaWho = "uploaded_by"
)

// create is called before an upload is created. It refuses files that could not be
// stored later.
func (t *resumable) create(hook handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
	ex := exchangeOf(hook.Context)
	info := hook.Upload
	meta, err := parseMetadata(hook.HTTPRequest.Header.Get("Upload-Metadata"))
	if err == nil && !info.IsPartial {
		meta[metaKey], meta[metaWho] = ex.key, ex.who.subject
		info.MetaData = meta
		_, _, err = t.describe(info)
	}
	if err != nil {
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, t.refuse(ex, err)
	}
	t.expires(ex, t.server.cfg.Now())
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: uuid.NewString(), MetaData: meta}, nil
}

// describe makes a File of an upload's metadata. It also returns the checksum that
// the content has to have, "" if the client has not said it.
func (t *resumable) describe(info handler.FileInfo) (File, core.Checksum, error) {
	meta := info.MetaData
	file := File{ID: info.ID, Name: meta["filename"], Size: info.Size, ContentType: mediaType(meta["filetype"]),
		Key: meta[metaKey], UploadedBy: meta[metaWho]}
	if err := checkName(file.Name); err != nil {
		return File{}, "", err
	}
	said := defaultFields()
	for name, value := range meta {
		if err := said.set(name, value); err != nil {
			return File{}, "", err
		}
	}
	said.describe(&file, t.server.cfg.Now())
	t.server.cfg.Faults.change(&file, t.server.cfg.Mode)
	sum, err := core.ParseChecksum(meta["sha256"])
	if err != nil {
		return File{}, "", badField("sha256", "value_error", "sha256 must be the SHA-256 of the file in hex")
	}
	return file, sum, nil
}

// counted is a request body that counts what was read, and knows whether it was all.
type counted struct {
	io.ReadCloser
	n     int64
	ended bool
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n += int64(n)
	c.ended = c.ended || errors.Is(err, io.EOF)
	return n, err
}
