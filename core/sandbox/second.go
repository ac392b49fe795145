package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// element2 is the second generation's Storage Element, together with a token
// endpoint. The real element gets its tokens from another server.
func (s *Server) element2() http.Handler {
	mux := s.signIn()
	mux.HandleFunc("POST /api/v1/files/upload", s.upload2)
	mux.HandleFunc("GET /api/v1/files", s.answers(s.list2))
	mux.HandleFunc("GET /api/v1/files/{id}", s.answers(s.file))
	mux.HandleFunc("GET /api/v1/files/{id}/download", s.download)
	mux.HandleFunc("GET /api/v1/info", s.info2)
	mux.HandleFunc("GET /health/live", s.live2)
	mux.HandleFunc("GET /health/ready", s.ready2)
	return mux // other paths are "404 page not found"
}

// upload2 is POST /api/v1/files/upload. The element's mode says how long a file is
// kept, whatever the request asks for. It ignores Idempotency-Keys.
func (s *Server) upload2(w http.ResponseWriter, r *http.Request) {
	s.receive(w, r, (*receiving).run2, func(f File) any { return s.receipt(f) })
}

func (u *receiving) run2(_ http.ResponseWriter, r *http.Request) (File, error) {
	s := u.server
	who, err := s.authorise(r, scopeWrite)
	if err != nil {
		return File{}, err
	}
	defer func() { u.file.discard() }() // does nothing once the file is kept
	values, err := u.readForm(r)
	if err != nil && !isDisk(err) {
		// The server blames the client, even after its own deadline.
		return File{}, &refusal{status: http.StatusBadRequest, code: codeValidation, message: "Ошибка парсинга multipart: " + err.Error(), err: err}
	}
	if err != nil {
		return File{}, err
	}
	if u.file == nil {
		return File{}, &refusal{status: http.StatusBadRequest, code: codeValidation, message: "Поле 'file' обязательно"}
	}
	if err := s.storable2(u.file.File); err != nil {
		return File{}, err
	}
	if text := values["tags"]; text != "" {
		if err := json.Unmarshal([]byte(text), &u.fields.tags); err != nil {
			return File{}, &refusal{status: http.StatusBadRequest, code: codeValidation, message: "Некорректный формат тегов: " + err.Error()}
		}
	}
	u.fields.description = values["description"]
	u.file.UploadedBy = who.subject
	u.file.seal()
	u.fields.describe(&u.file.File, s.cfg.Now())
	s.cfg.Faults.change(&u.file.File, s.cfg.Mode)
	u.policy = string(u.file.Retention)
	file := u.file.File
	return file, u.file.keep(r.Context())
}

// isDisk reports whether an error comes from the server's disk.
func isDisk(err error) bool {
	refused := asRefusal(err)
	return !errors.Is(err, errForm) && refused.status >= http.StatusInternalServerError
}

// storable2 refuses a file that has arrived.
func (s *Server) storable2(f File) error {
	switch room := s.cfg.Faults.Room; {
	case s.cfg.Mode == modeRO:
		return &refusal{status: http.StatusConflict, code: codeMode, message: "Загрузка файлов недоступна в режиме " + s.cfg.Mode}
	case f.Size > s.cfg.MaxFileSize:
		return &refusal{status: http.StatusRequestEntityTooLarge, code: codeTooLarge,
			message: fmt.Sprintf("Размер файла %d байт превышает максимум %d байт", f.Size, s.cfg.MaxFileSize)}
	case room > 0 && f.Size > room:
		return &refusal{status: http.StatusInsufficientStorage, code: codeStorageFull, message: "Недостаточно места в хранилище"}
	}
	return nil
}

// list2 is GET /api/v1/files: pages, newest first, without a filter by checksum.
func (s *Server) list2(r *http.Request) (any, error) {
	if _, err := s.authorise(r, s.readers()...); err != nil {
		return nil, err
	}
	limit, err := strconv.Atoi(orElse(r.URL.Query().Get("limit"), strconv.Itoa(s.cfg.Faults.ListPage)))
	if err != nil || limit < 1 || limit > 1000 {
		return nil, &refusal{status: http.StatusBadRequest, code: codeValidation, message: "Параметр limit должен быть от 1 до 1000"}
	}
	if s.cfg.Generation == generationOwn {
		limit = min(limit, s.cfg.Faults.ListPage)
	}
	at, err := strconv.Atoi(orElse(r.URL.Query().Get("offset"), "0"))
	if err != nil || at < 0 {
		return nil, &refusal{status: http.StatusBadRequest, code: codeValidation, message: "Параметр offset не может быть отрицательным"}
	}
	files, err := s.vault.files(r.Context())
	if err != nil {
		return nil, err
	}
	files = s.cfg.Faults.listed(files, s.cfg.Now())
	items := []receipt2{}
	for _, f := range pageOf(files, at, limit) {
		items = append(items, s.receipt(f))
	}
	return map[string]any{"items": items, "total": len(files), "limit": limit, "offset": at, "has_more": at+limit < len(files)}, nil
}

// info2 is GET /api/v1/info, which needs no token.
func (s *Server) info2(w http.ResponseWriter, _ *http.Request) {
	operations := map[string][]string{
		modeEdit: {"delete", "download", "list", "update", "upload"},
		modeRW:   {"download", "list", "update", "upload"},
		modeRO:   {"download", "list"},
	}
	writeJSON(w, http.StatusOK, map[string]any{"storage_id": "se-sandbox", "mode": s.cfg.Mode, "status": "online", "version": "sandbox",
		"allowed_operations": operations[s.cfg.Mode], "capacity": map[string]int64{"total_bytes": 1 << 40, "used_bytes": 0, "available_bytes": 1 << 40},
		"replica_mode": "standalone", "role": "standalone"})
}
