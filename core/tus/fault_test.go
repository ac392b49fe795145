package tus

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
)

// hangUp ends the connection of a request without an answer.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// after lets n requests of a method pass, and calls do for the next.
func after(n int, method string, do func(http.ResponseWriter, *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != method {
			return false
		}
		mu.Lock()
		n--
		now := n == -1
		mu.Unlock()
		return now && do(w, r)
	}
}

// answers is a fault that answers with a status.
func answers(status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		return true
	}
}

// cutAfter lets n bytes of a body through to the server and then cuts the connection.
func (s *server) cutAfter(n int64) func(http.ResponseWriter, *http.Request) bool {
	return func(_ http.ResponseWriter, r *http.Request) bool {
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, n), failing{}))
		s.serve(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fmt.Errorf("cut: %w", errors.ErrUnsupported) }

// loses is a fault that serves requests but hangs up instead of answering those whose
// number is true in which.
func (s *server) loses(which []bool) func(http.ResponseWriter, *http.Request) bool {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		lost := len(which) > 0 && which[0]
		which = which[min(1, len(which)):]
		mu.Unlock()
		if lost {
			s.serve(httptest.NewRecorder(), r)
			hangUp(w, r)
		}
		return false
	}
}
