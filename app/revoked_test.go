package main

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// revoker is a gateway that refuses tokens.
type revoker struct {
	mu      sync.Mutex
	after   int  // uploads, after which the tokens seen until then are refused
	all     bool // refuse the new ones too
	seen    map[string]bool
	tokens  int            // that were asked for
	uploads int            // that were let through
	tries   map[string]int // by key
}

func (v *revoker) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if v.refuses(r) {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (v *revoker) refuses(r *http.Request) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case strings.HasSuffix(r.URL.Path, "/token"):
		v.tokens++
	case strings.HasSuffix(r.URL.Path, "/upload"):
		v.tries[r.Header.Get("Idempotency-Key")]++
		token := r.Header.Get("Authorization")
		if v.all || v.uploads >= v.after && v.seen[token] {
			return true
		}
		if v.uploads < v.after {
			v.seen[token] = true
		}
		v.uploads++
	}
	return false
}

// Fault 11: the token is revoked during an upload of fifty files. One new token is
// fetched, the refused files are sent once more, and all are stored once.
func TestTokenRevokedInTheMiddle(t *testing.T) {
	t.Parallel()
	v := &revoker{after: 25, seen: map[string]bool{}, tries: map[string]int{}}
	s := newServer(t, sandbox.Config{Wrap: v.wrap})
	dir, contents := writeTree(t, 50, func(i int) string { return strconv.Itoa(i) + ".txt" })
	if _, code := s.upload(t, t.TempDir(), dir); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	s.mustHave(t, contents)
	if v.tokens != 2 {
		t.Errorf("%d tokens were asked for, want 2", v.tokens)
	}
	again := 0
	for key, n := range v.tries {
		if n > 1 {
			again++
		}
		if n > 2 {
			t.Errorf("%s was sent %d times", key, n)
		}
	}
	if again == 0 {
		t.Error("nothing was refused: the test met nothing")
	}
}

// A server that refuses every token gets a new one once, and one more attempt for each file
// under way. Then the queue stops, with everything in it.
func TestTokenNeverAccepted(t *testing.T) {
	t.Parallel()
	v := &revoker{all: true, seen: map[string]bool{}, tries: map[string]int{}}
	s := newServer(t, sandbox.Config{Wrap: v.wrap})
	home := t.TempDir()
	dir, contents := writeTree(t, 200, func(i int) string { return strconv.Itoa(i) + ".txt" })
	lines, code := s.upload(t, home, "--concurrency", "8", dir)
	if code != exitAuth {
		t.Errorf("exit code %d, want %d", code, exitAuth)
	}
	for _, l := range lines {
		if l.State != core.StateFailed || l.Error == nil || l.Error.Kind != core.KindAuth { // for this run; the queue keeps it
			t.Errorf("%+v", l)
		}
	}
	if v.tokens > 2 {
		t.Errorf("%d tokens were asked for", v.tokens)
	}
	if len(v.tries) > 2*8 { // under way with the first token, and with the new one
		t.Errorf("%d files were tried", len(v.tries))
	}
	for key, n := range v.tries {
		if n > 2 {
			t.Errorf("%s was sent %d times", key, n)
		}
	}
	v.mu.Lock()
	v.all = false
	v.after = 1 << 30
	v.mu.Unlock()
	if _, code := s.upload(t, home, dir); code != exitOK {
		t.Errorf("once tokens are taken: exit code %d", code)
	}
	s.mustHave(t, contents)
}
