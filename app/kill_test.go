package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// Fault 46: the program is killed at 200 random moments, while it adds, sends and
// finishes 500 files, and is started again each time. No file is lost, called stored by
// mistake, or stored twice. KILLS and SEED choose other numbers.
func TestKilledAtRandom(t *testing.T) {
	t.Parallel()
	program := buildHeadless(t)
	t.Run("key honoured", func(t *testing.T) { t.Parallel(); killedWithKey(t, program, core.ProtocolAuto, killCount(t, 200)) })
	t.Run("resumable", func(t *testing.T) { t.Parallel(); killedWithKey(t, program, core.ProtocolTus, killCount(t, 60)) })
	t.Run("key not honoured", func(t *testing.T) { t.Parallel(); killedWithoutKey(t, program) })
	t.Run("first generation", func(t *testing.T) { t.Parallel(); killedOnFirstGeneration(t, program) })
}

// killedOnFirstGeneration uses a server of the first generation. A file whose answer was
// lost may be found stored in the end, or be of unknown outcome. Nothing is lost, stored
// twice or called stored by mistake.
func killedOnFirstGeneration(t *testing.T, program string) {
	kills := killCount(t, 20)
	s := newSiege(t, program, kills*5/2)
	s.generation = "1"
	server := startServer(t, s)
	s.kill(t, kills)
	states, code, said := s.end(t, append([]string{"--give-up-after", "3s", s.dir}, s.also...)...)
	unknown := 0
	for _, state := range states {
		if state == core.StateUnknown {
			unknown++
		}
	}
	if want := map[bool]int{true: exitOK, false: exitIncomplete}[unknown == 0]; code != want {
		t.Errorf("exit code %d, want %d with %d unknown: %s", code, want, unknown, said)
	}
	s.check(t, server.files(t), states)
}

func killedWithKey(t *testing.T, program string, protocol core.Protocol, kills int) {
	s := newSiege(t, program, kills*5/2)
	s.protocol = protocol
	server := startServer(t, s)
	s.kill(t, kills)
	states := s.finish(t, exitOK)
	s.check(t, server.files(t), states)
	if len(s.told) < s.total {
		t.Errorf("%d of %d files were called stored", len(s.told), s.total)
	}
}

// killedWithoutKey uses a server that does not honour the key. Nothing is sent twice
// without the user's consent. An outcome that can't be known is called unknown, not failed
// or stored. The file is sent again only when the user says so.
func killedWithoutKey(t *testing.T, program string) {
	kills := killCount(t, 60)
	s := newSiege(t, program, kills*5/2)
	server := newServer(t, sandbox.Config{Wrap: withoutKey})
	s.profile, s.secret = server.profileFile, server.ClientSecret().Reveal()
	s.kill(t, kills)
	states := s.finish(t, exitIncomplete, append([]string{"--give-up-after", "3s", s.dir}, s.also...)...)
	files, err := server.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.check(t, files, states)

	again := []string{"--again"}
	for name, state := range states {
		if state == core.StateUnknown {
			again = append(again, s.path(name))
		}
	}
	unknown := len(again) - 1
	if unknown == 0 {
		t.Fatal("no kill left anything unknown: the test met nothing")
	}
	s.finish(t, exitOK, again...)
	more, err := server.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if history := s.history(t); len(history) != len(s.names) || len(more) != len(files)+unknown {
		t.Errorf("%d of %d are stored, with %d files more for %d unknown ones", len(history), len(s.names), len(more)-len(files), unknown)
	}
}

// withoutKey is a server that has never heard of Idempotency-Key.
func withoutKey(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Idempotency-Key")
		if r.URL.Path != "/health/ready" {
			next.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		w.WriteHeader(answer.Code)
		_, _ = w.Write(bytes.ReplaceAll(answer.Body.Bytes(), []byte(`"idempotency_key":true`), []byte(`"idempotency_key":false`)))
	})
}
