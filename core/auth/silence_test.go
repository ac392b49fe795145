package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// If a token server closes connections because of our certificate again and again, the error says
// so, and is one of signing in.
func TestSilentRefusal(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	server := coretest.NewSilent(t, ca)
	for _, certificates := range [][]tls.Certificate{{ca.Client(t, "tester")}, nil} {
		s, err := New(Config{TokenURL: "https://" + server.Addr + tokenPath, ClientID: testID,
			Secret: func(context.Context) (core.Secret, error) { return core.NewSecret(testSecret), nil },
			TLS:    &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: ca.Pool(), Certificates: certificates}})
		if err != nil {
			t.Fatal(err)
		}
		s.sleep = func(context.Context, time.Duration) error { return nil }
		for n, want := range []core.Code{core.CodeConnectionLost, core.CodeTLSClientSilent, core.CodeTLSClientSilent} {
			if certificates == nil {
				want = core.CodeConnectionLost
			}
			_, err := s.Token(t.Context())
			if e := core.AsError(err); e == nil || e.Code != want || e.Kind != core.KindNetwork || !errors.Is(err, core.ErrSignIn) {
				t.Errorf("attempt %d: %v", n, err)
			}
		}
		_ = s.Close()
	}
}

// A server that has answered before, or answers again, is only unreachable.
func TestSilenceAfterAnAnswer(t *testing.T) {
	lost := &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionLost, Err: io.EOF}
	away := &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionRefused, Err: errors.New("refused")}
	var s silence
	for _, e := range []*core.Error{lost, away, lost, away} {
		s.presented(true)
		if found := s.judge(e); found != e {
			t.Errorf("%v", found)
		}
	}
	s.broken()
	for range 3 {
		s.presented(true)
		if found := s.judge(lost); found != lost {
			t.Errorf("%v", found)
		}
	}
}
