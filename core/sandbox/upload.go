package sandbox

import (
	"bufio"
	"errors"
	"io"
	"math"
	"mime/multipart"
	"net/http"
)

const (
	// copyBuffer is how many bytes of its file an upload has in memory. The
	// multipart reader returns 4 KiB at a time; the buffer saves system calls.
	copyBuffer = 256 << 10
	// maxOverhead is how much longer than its file a request may be: form
	// fields, part headers, boundaries.
	maxOverhead = 1 << 20
	// partCost is what a form field counts besides its name and value, so that
	// many empty ones are too long as well.
	partCost = 64
)

// unknownPolicy is the metric label of uploads that failed before their policy was read.
const unknownPolicy = "unknown"

func newCopyBuffer() any { return bufio.NewWriterSize(nil, copyBuffer) }

// upload is POST /api/v1/files/upload.
//
// A request whose Idempotency-Key has stored a file before gets the answer for that
// file, whatever its body is. The checksum in the answer tells a client that it has
// sent another file, and Idempotency-Replayed marks the answer. The server still
// reads the whole body, because many clients can't read an answer before they have
// sent everything.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	s.receive(w, r, (*receiving).run, func(f File) any { return s.receipt(f) })
}

// receive lets run read an upload, and then answers, counts and logs it.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, run func(*receiving, http.ResponseWriter, *http.Request) (File, error), receipt func(File) any) {
	s.metrics.active.Inc()
	defer s.metrics.active.Dec()
	started := s.cfg.Now()
	u := &receiving{server: s, fields: defaultFields(), policy: unknownPolicy}
	file, err := run(u, w, r)
	if err != nil {
		s.metrics.uploads.WithLabelValues(u.policy, "error").Inc()
		s.refuse(w, asRefusal(err))
		return
	}
	if u.replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	} else {
		s.metrics.uploads.WithLabelValues(string(file.Retention), "success").Inc()
		s.metrics.duration.Observe(s.cfg.Now().Sub(started).Seconds())
		s.metrics.size.Observe(float64(file.Size))
	}
	s.cfg.Log.Info("stored", "file_id", file.ID, "size", file.Size, "replayed", u.replayed)
	writeJSON(w, http.StatusCreated, receipt(file))
}

// receiving is one upload that is being read.
type receiving struct {
	server   *Server
	fields   fields
	policy   string // metric label
	seen     map[string]bool
	overhead int64 // of the form fields, in bytes
	file     *incoming
	replayed bool
}

// run refuses what it can before it reads the body, because the client may wait for
// "100 Continue".
func (u *receiving) run(w http.ResponseWriter, r *http.Request) (File, error) {
	s := u.server
	who, err := s.authorise(r, scopeWrite)
	if err != nil {
		return File{}, err
	}
	most := s.cfg.MaxFileSize + min(maxOverhead, math.MaxInt64-s.cfg.MaxFileSize)
	if r.ContentLength > most {
		return File{}, tooLarge(s.cfg.MaxFileSize)
	}
	key := r.Header.Get("Idempotency-Key")
	if err := checkKey(key); err != nil {
		return File{}, err
	}
	known, err := s.vault.claim(r.Context(), key)
	if err != nil {
		return File{}, err
	}
	body := http.MaxBytesReader(w, r.Body, most)
	if known != nil {
		u.replayed = true
		_, err := io.Copy(io.Discard, body)
		return *known, err
	}
	defer s.vault.yield(key)
	r.Body = unended(body)
	form, err := r.MultipartReader()
	if err != nil {
		return File{}, &refusal{status: http.StatusUnsupportedMediaType, code: codeMediaType, message: "an upload is multipart/form-data", err: err}
	}
	defer func() { u.file.discard() }() // does nothing once the file is kept
	if err := u.read(form); err != nil {
		return File{}, err
	}
	// Not the form but the body has to be at its end: a client may hold back
	// the last bytes until it has noted that it is about to send them.
	if _, err := io.Copy(io.Discard, body); err != nil {
		return File{}, err
	}
	if u.file == nil {
		return File{}, badField("file", "missing", "the form has no file")
	}
	u.file.Key, u.file.UploadedBy = key, who.subject
	u.file.seal()
	u.fields.describe(&u.file.File, s.cfg.Now())
	s.cfg.Faults.change(&u.file.File, s.cfg.Mode)
	file := u.file.File
	return file, u.file.keep(r.Context())
}

// read reads the form. Fields may come before the file and after it.
func (u *receiving) read(form *multipart.Reader) error {
	u.seen = map[string]bool{}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) { // the final boundary, see unended
			return nil
		}
		if err != nil {
			return err
		}
		name := part.FormName()
		if u.seen[name] {
			return badField(clip(name), "value_error", "the field is there more than once")
		}
		u.seen[name] = true
		if name == "file" {
			err = u.readFile(part)
		} else {
			err = u.readField(name, part)
		}
		if err != nil {
			return err
		}
	}
}

// readField keeps one form field.
func (u *receiving) readField(name string, part io.Reader) error {
	value, err := io.ReadAll(io.LimitReader(part, maxOverhead+1))
	if err != nil {
		return err
	}
	if u.overhead += int64(partCost + len(name) + len(value)); u.overhead > maxOverhead {
		return badField(clip(name), "value_error", "the form fields are longer than %d bytes together", maxOverhead)
	}
	if err := u.fields.set(name, string(value)); err != nil {
		return err
	}
	u.policy = string(u.fields.retention)
	return nil
}

// readFile keeps the file, if its name is valid.
func (u *receiving) readFile(part *multipart.Part) error {
	if err := checkName(part.FileName()); err != nil {
		return err
	}
	return u.keepFile(part, u.server.cfg.MaxFileSize)
}

// keepFile writes the content to disk as it arrives, and hashes it.
func (u *receiving) keepFile(part *multipart.Part, limit int64) error {
	s := u.server
	buffer, ok := s.buffers.Get().(*bufio.Writer)
	if !ok {
		return errors.New("no copy buffer") // can't happen: buffers.New makes nothing else
	}
	defer s.buffers.Put(buffer)
	defer buffer.Reset(nil)
	var err error
	if u.file, err = s.vault.create(); err != nil {
		return err
	}
	u.file.Name, u.file.ContentType = part.FileName(), mediaType(part.Header.Get("Content-Type"))
	buffer.Reset(u.file)
	if _, err := buffer.ReadFrom(&capped{part: part, left: limit, limit: limit}); err != nil {
		return err
	}
	return buffer.Flush()
}
