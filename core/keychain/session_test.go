package keychain

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
)

var _ = []Keychain{(*System)(nil), (*Session)(nil), Layered{}}

func TestSession(t *testing.T) {
	ctx := t.Context()
	s := NewSession()
	_, err := s.Get(ctx, "Production", ItemPassphrase)
	wantCode(t, "empty", err, core.CodeSecretMissing, `No passphrase is kept for the profile "Production"`)
	wantCode(t, "delete nothing", s.Delete(ctx, "Production", ItemPassphrase), "", "")
	wantCode(t, "set", s.Set(ctx, "Production", ItemPassphrase, core.NewSecret("one")), "", "")
	wantCode(t, "replace", s.Set(ctx, "Production", ItemPassphrase, core.NewSecret("two")), "", "")
	if got, err := s.Get(ctx, "Production", ItemPassphrase); err != nil || got.Reveal() != "two" {
		t.Errorf("Get = %q, %v", got.Reveal(), err)
	}
	_, err = s.Get(ctx, "Production", ItemClientSecret)
	wantCode(t, "another item", err, core.CodeSecretMissing, "client secret")
	wantCode(t, "delete", s.Delete(ctx, "Production", ItemPassphrase), "", "")
	_, err = s.Get(ctx, "Production", ItemPassphrase)
	wantCode(t, "deleted", err, core.CodeSecretMissing, "")
}

// The size limit is the same for Session and System, so that a secret can be moved to the other.
func TestSecretsThatNoKeychainTakes(t *testing.T) {
	tests := map[string]struct {
		secret string
		code   core.Code
		says   string
	}{
		"empty":    {"", core.CodeSecretMissing, "is empty"},
		"largest":  {strings.Repeat("x", MaxSecretSize), "", ""},
		"too long": {strings.Repeat("x", MaxSecretSize+1), core.CodeKeychainFailed, "2561 bytes; keychains take at most 2560"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			system := odd(func() (string, error) { return tt.secret, nil })
			for _, k := range []Keychain{NewSession(), system} {
				err := k.Set(t.Context(), "p", ItemClientSecret, core.NewSecret(tt.secret))
				wantCode(t, fmt.Sprintf("%T", k), err, tt.code, tt.says)
			}
		})
	}
}

func TestSessionIsSafe(t *testing.T) {
	s := NewSession()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			profile := fmt.Sprint(i)
			for range 100 {
				_ = s.Set(t.Context(), profile, ItemClientSecret, core.NewSecret(profile))
				if got, err := s.Get(t.Context(), profile, ItemClientSecret); err != nil || got.Reveal() != profile {
					t.Errorf("profile %s: %q, %v", profile, got.Reveal(), err)
				}
			}
		})
	}
	all.Wait()
}

// A secret is kept only where the caller says.
func TestLayered(t *testing.T) {
	ctx := t.Context()
	session, system := NewSession(), NewSession()
	l := Layered{Session: session, System: system}
	steps := []struct {
		what                 string
		do                   func() error
		found, memory, onDsk string
	}{
		{"kept in the system", func() error { return l.Set(ctx, "p", ItemClientSecret, core.NewSecret("a")) }, "a", "", "a"},
		{"session only hides it", func() error { return l.Keep(ctx, "p", ItemClientSecret, core.NewSecret("b"), true) }, "b", "b", "a"},
		{"the system replaces both", func() error { return l.Keep(ctx, "p", ItemClientSecret, core.NewSecret("c"), false) }, "c", "", "c"},
		{"session only again", func() error { return l.Keep(ctx, "p", ItemClientSecret, core.NewSecret("d"), true) }, "d", "d", "c"},
		{"forgotten in both", func() error { return l.Delete(ctx, "p", ItemClientSecret) }, "", "", ""},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		got := []string{look(ctx, l), look(ctx, session), look(ctx, system)}
		if diff := cmp.Diff([]string{step.found, step.memory, step.onDsk}, got); diff != "" {
			t.Errorf("%s: layered, session, system (-want +got):\n%s", step.what, diff)
		}
	}
}

func look(ctx context.Context, k Keychain) string {
	secret, err := k.Get(ctx, "p", ItemClientSecret)
	if err != nil {
		return ""
	}
	return secret.Reveal()
}

// If a keychain can't take a secret, that is not kept in memory instead, and the present secret stays.
func TestLayeredNeverFallsBack(t *testing.T) {
	ctx := t.Context()
	system := odd(func() (string, error) { panic("broken") })
	l := Layered{Session: NewSession(), System: system}
	wantCode(t, "Set", l.Set(ctx, "p", ItemClientSecret, core.NewSecret("x")), core.CodeKeychainFailed, "")
	_, err := l.Session.Get(ctx, "p", ItemClientSecret)
	wantCode(t, "the session", err, core.CodeSecretMissing, "")
	_, err = l.Get(ctx, "p", ItemClientSecret)
	wantCode(t, "Get", err, core.CodeKeychainFailed, "")

	wantCode(t, "Keep", l.Keep(ctx, "p", ItemClientSecret, core.NewSecret("kept"), true), "", "")
	wantCode(t, "Set again", l.Set(ctx, "p", ItemClientSecret, core.NewSecret("x")), core.CodeKeychainFailed, "")
	if got := look(ctx, l); got != "kept" {
		t.Errorf("the session's secret became %q", got)
	}
}
