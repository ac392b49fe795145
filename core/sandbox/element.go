package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
)

// elementPage is how many files a page of an element's list has, at most.
const elementPage = 100

// element1 is a Storage Element of the first generation. Clients may upload to it
// directly; the registry does not know about such files.
func (s *Server) element1() http.Handler {
	f := s.newFastAPI()
	f.handle(http.MethodPost, "/api/v1/files/upload", s.elementUpload)
	f.handle(http.MethodGet, "/api/v1/files", s.answers(s.elementList))
	f.handle(http.MethodGet, "/api/v1/files/{$}", s.answers(s.elementList))
	f.handle(http.MethodGet, "/api/v1/files/{file_id}", s.answers(s.elementFile))
	f.handle(http.MethodGet, "/api/v1/files/{file_id}/download", s.elementDownload)
	f.handle(http.MethodGet, "/health/live", s.elementLive)
	f.handle(http.MethodGet, "/health/ready", s.elementReady)
	return f
}

// elementBearer is bearer, but answers 401 where the Ingester answers 403.
func (s *Server) elementBearer(r *http.Request) (identity, error) {
	who, err := s.bearer(r)
	if refused := (*refusal)(nil); errors.As(err, &refused) && refused.status == http.StatusForbidden {
		refused.status = http.StatusUnauthorized
	}
	return who, err
}

// elementUpload is POST /api/v1/files/upload. Its errors have a detail.
func (s *Server) elementUpload(w http.ResponseWriter, r *http.Request) {
	s.receive(w, r, (*receiving).runElement, func(f File) any {
		return map[string]any{"file_id": f.ID, "original_filename": f.Name, "file_size": f.Size, "checksum": s.told(f), "message": "File uploaded successfully"}
	})
}

func (u *receiving) runElement(_ http.ResponseWriter, r *http.Request) (File, error) {
	s := u.server
	defer func() { u.file.discard() }()
	values, err := u.readForm1(r)
	if err != nil {
		return File{}, err
	}
	who, err := s.elementBearer(r)
	if err != nil {
		return File{}, err
	}
	if u.file == nil {
		return File{}, missingField("file")
	}
	u.policy, u.fields.description = string(u.fields.retention), values["description"]
	u.file.UploadedBy, u.file.Direct = who.subject, true
	u.file.seal()
	u.fields.describe(&u.file.File, s.cfg.Now())
	if err := s.writable1(u.file.File, who); err != nil {
		return File{}, &refusal{status: http.StatusInternalServerError, code: codeInternal, message: "Failed to create file", err: err, told: true}
	}
	file := u.file.File
	return file, u.file.keep(r.Context())
}

// elementEntry is a file as an element lists it.
type elementEntry struct {
	FileID       string        `json:"file_id"`
	Name         string        `json:"original_filename"`
	StoredName   string        `json:"storage_filename"`
	Size         int64         `json:"file_size"`
	ContentType  string        `json:"content_type"`
	CreatedAt    string        `json:"created_at"` // without a time zone
	CreatedBy    string        `json:"created_by_username"`
	FullName     *string       `json:"created_by_fullname"`
	Description  *string       `json:"description"`
	Version      *string       `json:"version"`
	StoragePath  string        `json:"storage_path"`
	Checksum     core.Checksum `json:"checksum"`
	CacheUpdated string        `json:"cache_updated_at"`
	CacheHours   int           `json:"cache_ttl_hours"`
	CacheExpired bool          `json:"cache_expired"`
}

func (s *Server) elementEntry(f File) elementEntry {
	const noZone = "2006-01-02T15:04:05.000000"
	at := f.UploadedAt.UTC().Format(noZone)
	return elementEntry{FileID: f.ID, Name: f.Name, StoredName: storedName(f), Size: f.Size, ContentType: f.ContentType, CreatedAt: at,
		CreatedBy: accountName, Description: nullable(f.Description), StoragePath: storagePath(f), Checksum: s.told(f),
		CacheUpdated: at, CacheHours: 24}
}

// elementList is GET /api/v1/files: all files on the element's disk, newest first.
func (s *Server) elementList(r *http.Request) (any, error) {
	if _, err := s.elementBearer(r); err != nil {
		return nil, err
	}
	skip, err := strconv.Atoi(orElse(r.URL.Query().Get("skip"), "0"))
	limit, err2 := strconv.Atoi(orElse(r.URL.Query().Get("limit"), strconv.Itoa(elementPage)))
	if err != nil || err2 != nil || skip < 0 || limit < 0 {
		return nil, invalid(problem{Type: "int_parsing", Loc: []any{"query", "limit"}, Msg: "Input should be a valid integer, unable to parse string as an integer"})
	}
	files, err := s.vault.files(r.Context())
	if err != nil {
		return nil, err
	}
	entries := []elementEntry{}
	for _, f := range pageOf(files, skip, min(limit, orElse(s.cfg.Faults.ListPage, elementPage))) {
		entries = append(entries, s.elementEntry(f))
	}
	return map[string]any{"total": len(files), "files": entries}, nil
}

// elementStored returns the file that the request's path names.
func (s *Server) elementStored(r *http.Request) (File, error) {
	if _, err := s.elementBearer(r); err != nil {
		return File{}, err
	}
	id := r.PathValue("file_id")
	if err := checkUUID("file_id", id); err != nil {
		return File{}, err
	}
	f, found, err := s.vault.get(r.Context(), id)
	if err == nil && !found {
		err = missing("File %s not found", id)
	}
	return f, err
}

// elementFile is GET /api/v1/files/{file_id}.
func (s *Server) elementFile(r *http.Request) (any, error) {
	f, err := s.elementStored(r)
	if err != nil {
		return nil, err
	}
	return s.elementEntry(f), nil
}

// elementDownload is GET /api/v1/files/{file_id}/download. It fails for names that
// are not ASCII, because they go into a header.
func (s *Server) elementDownload(w http.ResponseWriter, r *http.Request) {
	f, err := s.elementStored(r)
	if err == nil && !isASCII(f.Name) {
		err = &refusal{status: http.StatusInternalServerError, code: codeInternal, message: "Failed to download file", told: true}
	}
	if err == nil {
		r.Header.Del("Range")
		w.Header().Set("Content-Disposition", `attachment; filename="`+f.Name+`"`)
		w.Header().Set("Content-Type", f.ContentType)
		err = serveFile(w, r, f.Path, f.UploadedAt)
	}
	if err != nil {
		w.Header().Del("Content-Disposition")
		s.refuse(w, asRefusal(err))
	}
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// missing is a 404 that names the missing ID.
func missing(format, id string) *refusal {
	return &refusal{status: http.StatusNotFound, code: codeNotFound, message: fmt.Sprintf(format, id)}
}

// checkUUID refuses a part of a path that is not a UUID.
func checkUUID(name, text string) error {
	if _, err := uuid.Parse(text); err != nil {
		return invalid(problem{Type: "uuid_parsing", Loc: []any{"path", name}, Input: text, Ctx: map[string]any{"error": err.Error()},
			Msg: "Input should be a valid UUID, " + err.Error()})
	}
	return nil
}
