package auth

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// A cached token that would expire before the request is over is replaced, but at most one
// token is requested in ten seconds.
func TestTokenForALongRequest(t *testing.T) {
	for _, tt := range []struct {
		name    string
		life    time.Duration
		age     time.Duration
		needs   time.Duration
		fetches int64
	}{
		{"it is good for long enough", time.Minute, 15 * time.Second, 45 * time.Second, 1},
		{"it is not", time.Minute, 15 * time.Second, 45*time.Second + 1, 2},
		{"it was fetched just now", time.Minute, 9 * time.Second, 55 * time.Second, 1},
		{"none lives so long", time.Minute, 11 * time.Second, time.Hour, 2},
		{"none lives so long, and it was fetched just now", time.Minute, time.Second, time.Hour, 1},
		{"half an hour", 30 * time.Minute, 20 * time.Minute, 11 * time.Minute, 2},
		{"nothing is known", 30 * time.Minute, 20 * time.Minute, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, fetches := virtual(t, tt.life)
				if _, err := s.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
				<-time.After(tt.age)
				begin := time.Now()
				done := make(chan core.Token, 20)
				for range cap(done) { // many files begin at the same time
					go func() {
						token, err := s.TokenFor(t.Context(), tt.needs)
						if err != nil {
							t.Error(err)
						}
						done <- token
					}()
				}
				for range cap(done) {
					token := <-done
					if token.Life != tt.life || tt.fetches == 2 && time.Until(token.Expiry) != tt.life {
						t.Errorf("it lives for %v, and expires in %v", token.Life, time.Until(token.Expiry))
					}
				}
				if fetches.Load() != tt.fetches || time.Since(begin) != 0 {
					t.Errorf("%d fetches, %v", fetches.Load(), time.Since(begin))
				}
			})
		})
	}
}

// A token that is still valid is used if no other can be fetched.
func TestTokenForWithoutTokenServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := virtual(t, time.Minute)
		first, err := s.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.cfg.Secret = func(context.Context) (core.Secret, error) {
			return core.Secret{}, &core.Error{Kind: core.KindNetwork, Code: core.CodeUnreachable}
		}
		<-time.After(20 * time.Second)
		token, err := s.TokenFor(t.Context(), 50*time.Second)
		if err != nil || token.Value != first.Value {
			t.Errorf("%+v, %v", token, err)
		}
	})
}

// If a server doesn't say how long its tokens live, the first refused one shows it, and later
// ones are replaced before.
func TestLifeThatNobodyTells(t *testing.T) {
	for _, says := range []string{"", `,"expires_in":0`, `,"expires_in":null`, `,"expires_in":-1`, `,"expires_in":"soon"`} {
		synctest.Test(t, func(t *testing.T) {
			issued := map[string]time.Time{}
			s := serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				token := "token-" + strconv.Itoa(len(issued))
				issued[token] = time.Now()
				reply(`{"access_token":"`+token+`"`+says+`}`)(w, r)
			})
			refused := 0
			for range 600 { // an upload every 3 s, half an hour
				token, err := s.Token(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if time.Since(issued[token.Value.Reveal()]) >= time.Minute {
					refused++
					s.Invalidate(token)
				}
				<-time.After(3 * time.Second)
			}
			if refused != 1 || len(issued) > 62 {
				t.Errorf("%s: %d uploads were refused, %d tokens", says, refused, len(issued))
			}
		})
	}
}

// A refusal for another reason, of a new token or of one with a known lifetime, says nothing
// about lifetimes.
func TestLifeIsNotLearntOfYoungTokens(t *testing.T) {
	for _, tt := range []struct {
		says string
		age  time.Duration
		want time.Duration
	}{
		{"", leastOutlived - 1, defaultLifetime}, {"", leastOutlived, leastOutlived}, {`,"expires_in":1800`, 10 * time.Minute, 30 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				reply(`{"access_token":"token"`+tt.says+`}`)(w, r)
			})
			token, _ := s.Token(t.Context())
			<-time.After(tt.age)
			s.Invalidate(token)
			if token, err := s.Token(t.Context()); err != nil || token.Life != tt.want {
				t.Errorf("%+v: %v, %v", tt, token.Life, err)
			}
		})
	}
}
