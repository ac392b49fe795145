package auth

import (
	"crypto/ed25519"
	"crypto/sha256"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// rotating is a token server whose tokens live for a minute and are signed with a key that
// changes every period. It publishes the present key and the one before.
type rotating struct {
	t      *testing.T
	period time.Duration
	begin  time.Time

	mu           sync.Mutex
	tokens, keys []time.Time // times of the requests
}

// key is the signing key of the nth period.
func (s *rotating) key(n int) (id string, key ed25519.PrivateKey) {
	seed := sha256.Sum256([]byte{byte(n), byte(n >> 8)})
	return "key-" + strconv.Itoa(n), ed25519.NewKeyFromSeed(seed[:])
}

func (s *rotating) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	n := int(now.Sub(s.begin) / s.period)
	id, key := s.key(n)
	if r.URL.Path == keysPath {
		s.keys = append(s.keys, now)
		before, old := s.key(max(n-1, 0))
		set := []fields{jwkOf(s.t, key, fields{"kid": id})}
		if before != id {
			set = append(set, jwkOf(s.t, old, fields{"kid": before}))
		}
		jwks(s.t, set...)(w, r)
		return
	}
	s.tokens = append(s.tokens, now)
	token := mint(s.t, key, fields{"alg": "EdDSA", "kid": id}, fields{
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": len(s.tokens),
	})
	reply(`{"access_token":"`+token+`","token_type":"Bearer","expires_in":60}`)(w, r)
}

// least returns the shortest time between two successive times.
func least(times []time.Time) time.Duration {
	shortest := time.Duration(1<<63 - 1)
	for i := range times[1:] {
		shortest = min(shortest, times[i+1].Sub(times[i]))
	}
	return shortest
}

// For an hour a thousand uploads use tokens that live for a minute and are signed by rotating
// keys, and the server rejects some. The number of fetches is bounded, and every token is
// verified and valid. Even keys that rotate faster than they may be fetched stop no upload while
// the present token is valid, and none for longer than until the next fetch.
func TestAnHourOfRotation(t *testing.T) {
	for _, tt := range []struct {
		period              time.Duration
		rejects             int // one in this many uploads is rejected
		mostTokens, mostKey int
		failures            bool // some uploads have to wait for the keys
	}{
		{period: time.Hour, rejects: 0, mostTokens: 121, mostKey: 2},
		{period: 5 * time.Minute, rejects: 0, mostTokens: 121, mostKey: 13},
		{period: 5 * time.Minute, rejects: 50, mostTokens: 141, mostKey: 13},
		{period: 5 * time.Minute, rejects: 1, mostTokens: 361, mostKey: 13}, // every upload is rejected
		{period: 20 * time.Second, rejects: 0, mostTokens: 361, mostKey: 61},
		{period: 20 * time.Second, rejects: 1, mostTokens: 361, mostKey: 61, failures: true},
	} {
		t.Run(tt.period.String()+" and "+strconv.Itoa(tt.rejects), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &rotating{t: t, period: tt.period, begin: time.Now()}
				s := serveInMemory(t, server.ServeHTTP, func(c *Config) { c.JWKSURL = "http://localhost" + keysPath })
				tick := time.NewTicker(3600 * time.Millisecond)
				defer tick.Stop()
				failed, last := 0, time.Now() // when there was a token
				end := time.Now().Add(time.Hour)
				for n := 1; time.Now().Before(end); n++ {
					token, err := s.Token(t.Context())
					switch {
					case err != nil && tt.failures && core.CodeOf(err) == core.CodeServerBusy:
						failed++
					case err != nil:
						t.Fatal(err)
					case !token.Verified || !token.Expiry.After(time.Now()):
						t.Fatalf("verified %t, ended at %v, now it is %v", token.Verified, token.Expiry, time.Now())
					default:
						if time.Since(last) > keysPause+quiet {
							t.Errorf("%v without a token", time.Since(last))
						}
						last = time.Now()
						if tt.rejects > 0 && n%tt.rejects == 0 {
							s.Invalidate(token)
						}
					}
					<-tick.C
				}
				if n := len(server.tokens); n > tt.mostTokens || n < 100 || least(server.tokens) < quiet {
					t.Errorf("%d tokens, at most %d; two of them %v apart", n, tt.mostTokens, least(server.tokens))
				}
				if n := len(server.keys); n > tt.mostKey || (n > 1 && least(server.keys) < keysPause) {
					t.Errorf("%d key sets, at most %d", n, tt.mostKey)
				}
				if (failed > 0) != tt.failures {
					t.Errorf("%d uploads without a token", failed)
				}
			})
		})
	}
}
