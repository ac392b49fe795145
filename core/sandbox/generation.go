package sandbox

import (
	"net/http"
	"time"
)

// The servers that a sandbox can be. The two generations of ArtStore answer as the
// real servers were seen to answer, bugs included. What is known from their code
// and their answers is recorded in testdata/facts; tests hold this package and the
// client to it.
const (
	// generationOwn is the sandbox's own server. It answers like the second
	// generation and can do more than either: Idempotency-Keys, resumable
	// uploads, and a list that can be searched by checksum.
	generationOwn = 0
	// generation1 is written in Python and served by uvicorn: an Admin Module,
	// an Ingester and a Storage Element, each at its own address.
	generation1 = 1
	// generation2 is a Storage Element written in Go.
	generation2 = 2
)

// Defaults of the generations.
const (
	realMaxFileSize = int64(1) << 30
	// uvicorn closes idle connections after it (timeout_keep_alive).
	uvicornIdle = 5 * time.Second
	// The Storage Element's SE_HTTP_READ_TIMEOUT and the page of its list.
	goReadTimeout = 30 * time.Second
	goPage        = 50
	goKeepDays    = 30
)

// The modes of a Storage Element.
const (
	modeEdit = "edit" // its files expire
	modeRW   = "rw"   // its files are permanent
	modeRO   = "ro"   // it takes no new files
)

// withGeneration fills in the defaults of the generation.
func (c *Config) withGeneration() {
	switch c.Generation {
	case generation1:
		c.IdleTimeout = orElse(c.IdleTimeout, uvicornIdle)
		c.MaxFileSize = orElse(c.MaxFileSize, realMaxFileSize)
		c.Role = orElse(c.Role, roleUser)
		c.NoTus = true
	case generation2:
		c.ReadTimeout = orElse(c.ReadTimeout, goReadTimeout)
		c.MaxFileSize = orElse(c.MaxFileSize, realMaxFileSize)
		c.Mode = orElse(c.Mode, modeEdit)
		c.Faults.ListPage = orElse(c.Faults.ListPage, goPage)
		c.NoTus = true
	}
	if c.Faults.EditMode {
		c.Mode = modeEdit
	}
	if c.Generation == generation2 && c.Mode == modeEdit {
		c.Faults.KeepDays = orElse(c.Faults.KeepDays, goKeepDays) // it takes no ttl_days
	}
	c.IdleTimeout = orElse(c.IdleTimeout, idleTimeout)
	c.MaxFileSize = orElse(c.MaxFileSize, DefaultMaxFileSize)
	c.Role = orElse(c.Role, roleService)
}

// orElse is value, or otherwise if value is zero.
func orElse[T comparable](value, other T) T {
	var none T
	if value == none {
		return other
	}
	return value
}

// modulesOf are the addresses of the server; the Ingester is the first.
func (s *Server) modulesOf() []*module {
	switch s.cfg.Generation {
	case generation1:
		return []*module{
			{portFile: "port", routes: s.ingester1()},
			{portFile: "port-admin", addr: s.cfg.AdminAddr, routes: s.admin1()},
			{portFile: "port-element", routes: s.element1()},
		}
	case generation2:
		return []*module{{portFile: "port", routes: s.element2()}}
	default:
		return []*module{{portFile: "port", routes: s.own()}}
	}
}

// own handles every path of the sandbox's own server.
func (s *Server) own() http.Handler {
	mux := s.signIn()
	mux.HandleFunc("POST /api/v1/files/upload", s.upload)
	mux.HandleFunc("GET /api/v1/files", s.answers(s.list))
	mux.HandleFunc("GET /api/v1/files/{id}", s.answers(s.file))
	mux.HandleFunc("GET /api/v1/files/{id}/download", s.download)
	if s.tus != nil {
		mux.Handle("/files", s.tus)
		mux.Handle(tusPath, s.tus)
	}
	mux.HandleFunc("GET /health/live", s.live)
	mux.HandleFunc("GET /health/ready", s.ready)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.refuse(w, &refusal{status: http.StatusNotFound, code: codeNotFound, message: "Not Found"})
	})
	return mux
}

// signIn handles tokens and their keys, for the sandbox's own server and the
// second generation.
func (s *Server) signIn() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/auth/token", s.token)
	mux.HandleFunc("GET /api/v1/auth/jwks", s.jwks)
	mux.Handle("GET /metrics", s.metrics.handler())
	return mux
}
