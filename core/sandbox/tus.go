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
	// promises tells clients that a complete upload is a stored file, which
	// nothing judges any more, and that a repeated creation is safe.
	promises = "complete-is-stored, idempotency-key"
	// lockPatience is how long a request waits for another one to let go of
	// the same upload.
	lockPatience = 20 * time.Second
)

// resumable is the tus 1.0 server: tusd speaks the protocol, and this adds what
// tusd leaves to others. A PATCH may carry the checksum of its piece
// (Upload-Checksum), the last one that of the whole file (Repr-Digest); what does
// not match is taken back. A complete upload becomes a stored file of the same
// ID, so that its URL answers for as long as the file is there. What stays
// unfinished goes after a time.
//
// An upload under way is tus/<ID> and tus/<ID>.info, which are tusd's, and
// tus/<ID>.check while bytes are written that may have to be taken back.
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

// openTus prepares the server and finishes what a crash interrupted.
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
		// tusd leaves a goroutine behind for this long; nothing here needs it.
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

// exchange is one request, for the parts of it that meet only through a context.
type exchange struct {
	w      http.ResponseWriter
	method string
	who    identity
	key    string
	piece  *pieceSum     // Upload-Checksum
	digest core.Checksum // Repr-Digest
	body   *counted
	sum    core.Checksum // of the complete content, once it is known
}

type exchangeKey struct{}

// exchangeOf returns the exchange that ServeHTTP has put into ctx.
func exchangeOf(ctx context.Context) *exchange {
	ex, _ := ctx.Value(exchangeKey{}).(*exchange)
	return ex
}

// ServeHTTP checks who asks and what tusd does not read, and passes on.
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
	r.Header.Del("X-HTTP-Method-Override") // everyone who comes here can PATCH
	r.Body = ex.body
	// tusd sets deadlines; left alone they would cut off the next request of
	// the same connection.
	defer ex.unhurried()
	t.handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, ex)))
}

// creates reports whether a request asks for a file, as a whole or put together
// of parts. The parts of a file have its key, but are none.
func creates(r *http.Request) bool {
	return r.Method == http.MethodPost && r.Header.Get("Upload-Concat") != "partial"
}

// replay answers a creation whose Idempotency-Key has stored a file before with
// the upload that the file was.
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

// unhurried lifts the deadlines that tusd has set: for work that takes as long
// as the file is large.
func (ex *exchange) unhurried() {
	control := http.NewResponseController(ex.w)
	// What can't be changed has ended.
	_ = control.SetReadDeadline(time.Time{})
	_ = control.SetWriteDeadline(time.Time{})
}

// options is what the server offers.
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

// refuse makes any error one that tusd answers in the shape of the server's
// generation.
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

// Names under which an upload keeps what did not come with its metadata.
const (
	metaKey = "idempotency_key"
	metaWho = "uploaded_by"
)

// create is called before an upload is made. It refuses what could not be stored
// later.
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

// describe makes a file of an upload's metadata, and says which checksum the
// content must have, "" where that was not known.
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

// counted is a request body that knows how much of it came, and whether all did.
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
