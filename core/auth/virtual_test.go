package auth

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// pipes is a listener whose connections are made in memory, so that time in
// the test stands still while nothing is sent.
type pipes struct {
	waiting chan net.Conn
	closed  chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.waiting:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error   { close(p.closed); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p.waiting <- theirs
	return ours, nil
}

// virtual makes a source in a synctest bubble whose server hands out tokens
// that live for lifetime, and counts them.
func virtual(t *testing.T, lifetime time.Duration) (*Source, *atomic.Int64) {
	t.Helper()
	var fetches atomic.Int64
	listener := pipes{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		n := strconv.FormatInt(fetches.Add(1), 10)
		reply(`{"access_token":"token-`+n+`","expires_in":`+strconv.FormatFloat(lifetime.Seconds(), 'f', -1, 64)+`}`)(w, r)
	})}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	s, err := New(Config{
		TokenURL: "http://admin.test/token", ClientID: testID,
		Secret: func(context.Context) (core.Secret, error) { return core.NewSecret(testSecret), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.client.Transport.(*http.Transport).DialContext = listener.dial
	t.Cleanup(func() {
		_ = s.Close()
		_ = server.Close()
		<-done
	})
	return s, &fetches
}

// Fault 5: an hour of uploads, a thousand of them, with tokens of every
// length of life: the number of fetches is bounded, and no upload gets a
// token that has ended.
func TestAnHourOfUploads(t *testing.T) {
	for _, tt := range []struct {
		lifetime time.Duration
		most     int64
	}{
		{time.Second, 361}, {4 * time.Second, 361}, {19 * time.Second, 361}, {time.Minute, 121}, {5 * time.Minute, 25}, {10 * time.Minute, 13}, {30 * time.Minute, 4},
	} {
		t.Run(tt.lifetime.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, fetches := virtual(t, tt.lifetime)
				end := time.Now().Add(time.Hour)
				tick := time.NewTicker(3600 * time.Millisecond)
				defer tick.Stop()
				for time.Now().Before(end) {
					token, err := s.Token(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if !token.Expiry.After(time.Now()) {
						t.Fatalf("a token that ended at %v, now it is %v", token.Expiry, time.Now())
					}
					<-tick.C
				}
				if n := fetches.Load(); n > tt.most || n < 2 {
					t.Errorf("%d fetches, at most %d", n, tt.most)
				}
			})
		})
	}
}

// While a short token's pause lasts, each waiter can give up by itself.
func TestPauseIsCancellable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, fetches := virtual(t, time.Second)
		if _, err := s.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Second)
		impatient, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		patient := make(chan error)
		left := make(chan error)
		go func() { _, err := s.Token(impatient); left <- err }()
		synctest.Wait()
		go func() { _, err := s.Token(t.Context()); patient <- err }()
		if err := <-left; core.CodeOf(err) != core.CodeTimeout {
			t.Error(err)
		}
		begin := time.Now()
		if err := <-patient; err != nil || time.Since(begin) != 5*time.Second || fetches.Load() != 2 {
			t.Errorf("%v after %v, %d fetches", err, time.Since(begin), fetches.Load())
		}
	})
}
