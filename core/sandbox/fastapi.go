package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// fastAPI routes requests as the first generation's framework does.
type fastAPI struct {
	server *Server
	mux    *http.ServeMux
}

func (s *Server) newFastAPI() *fastAPI {
	f := &fastAPI{server: s, mux: http.NewServeMux()}
	f.mux.HandleFunc("/", f.other)
	return f
}

// handle answers one path, written as in net/http.
func (f *fastAPI) handle(method, path string, handler http.HandlerFunc) {
	f.mux.HandleFunc(method+" "+path, handler)
}

// ServeHTTP implements http.Handler.
func (f *fastAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "uvicorn")
	f.mux.ServeHTTP(w, r)
}

// other is what the framework answers by itself: 405 for another method, 307 if
// only the slash at the end differs, else 404.
func (f *fastAPI) other(w http.ResponseWriter, r *http.Request) {
	if allow := f.methods(r, r.URL.Path); allow != "" {
		w.Header().Set("Allow", allow)
		f.server.refuse(w, &refusal{status: http.StatusMethodNotAllowed, code: codeNotFound, message: "Method Not Allowed"})
		return
	}
	if path := otherSlash(r); path == "" || f.methods(r, path) == "" {
		f.server.refuse(w, &refusal{status: http.StatusNotFound, code: codeNotFound, message: "Not Found"})
		return
	}
	f.redirect(w, r)
}

// otherSlash adds a slash to the end of a request's path, or removes it.
func otherSlash(r *http.Request) string {
	path, found := strings.CutSuffix(r.URL.Path, "/")
	if !found {
		path += "/"
	}
	return path
}

// redirect sends a client to the path that otherSlash makes.
func (f *fastAPI) redirect(w http.ResponseWriter, r *http.Request) {
	to := url.URL{Scheme: "https", Host: r.Host, Path: otherSlash(r), RawQuery: r.URL.RawQuery}
	w.Header().Set("Location", to.String())
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusTemporaryRedirect)
}

// methods is the method that a path takes, "" if there is no such path.
func (f *fastAPI) methods(r *http.Request, path string) string {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		try := r.Clone(r.Context())
		try.Method, try.URL.Path = method, path
		if _, pattern := f.mux.Handler(try); pattern != "/" {
			return method
		}
	}
	return ""
}

// problem is one entry of a 422 answer.
type problem struct {
	Type  string         `json:"type"`
	Loc   []any          `json:"loc"`
	Msg   string         `json:"msg"`
	Input any            `json:"input"`
	Ctx   map[string]any `json:"ctx,omitempty"`
}

// invalid refuses a request of the wrong form.
func invalid(p problem) *refusal {
	return &refusal{status: http.StatusUnprocessableEntity, code: codeValidation, message: p.Msg, problem: &p}
}

// missingField refuses a request that lacks a required field.
func missingField(name string) *refusal {
	return invalid(problem{Type: "missing", Loc: []any{"body", name}, Msg: "Field required"})
}

// bare is an error that the first generation does not handle: it answers 500 without
// a reason. The reason is for the log only.
func bare(format string, args ...any) *refusal {
	return &refusal{status: http.StatusInternalServerError, code: codeInternal, message: "Internal Server Error", err: fmt.Errorf(format, args...)}
}
