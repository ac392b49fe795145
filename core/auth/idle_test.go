package auth

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// If a token server closes idle connections just when the next request comes, that is sent
// on a new connection.
func TestIdleTokenServer(t *testing.T) {
	for _, idle := range []time.Duration{4950 * time.Millisecond, 5 * time.Second, 5050 * time.Millisecond, quiet - 50*time.Millisecond, quiet} {
		synctest.Test(t, func(t *testing.T) {
			fetches := 0
			s := serveIdle(t, idle, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				fetches++
				reply(`{"access_token":"token","expires_in":60}`)(w, r)
			})
			for range 3 {
				token, err := s.Token(t.Context())
				if err != nil {
					t.Fatalf("idle for %v: %v", idle, err)
				}
				<-time.After(5 * time.Second)
				s.Invalidate(token)
			}
			if fetches != 3 {
				t.Errorf("%d requests", fetches)
			}
		})
	}
}
