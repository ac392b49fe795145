package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/keychain"
	"github.com/artstore/ingester/core/smallfile"
)

// keychainService is the name under which secrets are kept.
const keychainService = "io.github.artstore.ingester"

// maxSecretInput bounds what is read from a file or standard input.
const maxSecretInput = 64 << 10

// secrets finds the secrets of profiles: first those of this session (the
// embedded server's, and what the user chose to keep no longer), then what the
// command line was given, then the keychain.
type secrets struct {
	keychain.Layered
	given    core.Secret    // --secret-file or INGESTER_CLIENT_SECRET
	redactor *core.Redactor // is told of all that are used

	published auth.Publishers // the token servers known to publish keys
}

func newSecrets(given core.Secret, r *core.Redactor) *secrets {
	r.Learn(given, proxyPassword())
	return &secrets{
		Layered:  keychain.Layered{Session: keychain.NewSession(), System: keychain.NewSystem(keychainService, keychain.DefaultTimeout)},
		given:    given,
		redactor: r,
	}
}

// client returns the client secret of a profile.
func (s *secrets) client(ctx context.Context, profile string) (core.Secret, error) {
	if secret, err := s.Session.Get(ctx, profile, keychain.ItemClientSecret); err == nil {
		return secret, nil
	}
	if !s.given.IsZero() {
		return s.given, nil
	}
	return s.System.Get(ctx, profile, keychain.ItemClientSecret)
}

// passphrase returns the passphrase of a profile's key.
func (s *secrets) passphrase(ctx context.Context, profile string) (core.Secret, error) {
	found, err := s.Get(ctx, profile, keychain.ItemPassphrase)
	s.redactor.Learn(found)
	return found, err
}

// silence is how long a secret may be waited for without a word.
const silence = time.Second

// givenSecret reads the client secret that the caller supplies: from a file or
// what another program writes to a pipe, else from the environment; zero
// without either.
func givenSecret(ctx context.Context, file string, getenv func(string) string, told io.Writer) (core.Secret, error) {
	if file == "" {
		return core.NewSecret(getenv("INGESTER_CLIENT_SECRET")), nil
	}
	word := time.AfterFunc(silence, func() {
		_, _ = fmt.Fprintf(told, "ingester: waiting for the secret from %s\n", file)
	})
	defer word.Stop()
	data, err := smallfile.Await(ctx, file, maxSecretInput)
	switch {
	case errors.Is(err, context.Canceled):
		return core.Secret{}, &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: "read secret file", Message: "The work was stopped.", Err: err}
	case errors.Is(err, smallfile.ErrNotRegular), errors.Is(err, smallfile.ErrTooLarge):
		return core.Secret{}, noSecretFile("The secret file can't be used: "+err.Error()+".", err)
	case err != nil:
		return core.Secret{}, noSecretFile("The secret file can't be read.", err)
	}
	return readSecret(bytes.NewReader(data))
}

func noSecretFile(message string, err error) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeSecretMissing, Op: "read secret file", Message: message, Err: err}
}

// readSecret reads one secret. A line end after it is not part of it.
func readSecret(r io.Reader) (core.Secret, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSecretInput+1))
	if err != nil {
		return core.Secret{}, &core.Error{Kind: core.KindConfig, Code: core.CodeSecretMissing, Op: "read secret", Message: "The secret can't be read.", Err: err}
	}
	text := strings.TrimRight(string(data), "\r\n")
	if text == "" || len(data) > maxSecretInput || strings.ContainsAny(text, "\r\n") {
		return core.Secret{}, &core.Error{Kind: core.KindConfig, Code: core.CodeSecretMissing, Op: "read secret",
			Message: "There should be one line that holds the secret and nothing else."}
	}
	return core.NewSecret(text), nil
}

// promptSecret reads a secret from standard input, unseen on a terminal.
func promptSecret(s streams) (core.Secret, error) {
	f, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return readSecret(s.in)
	}
	_, _ = fmt.Fprint(s.err, "Secret: ")
	text, err := term.ReadPassword(int(f.Fd()))
	_, _ = fmt.Fprintln(s.err)
	if err != nil {
		return core.Secret{}, fmt.Errorf("read secret: %w", err)
	}
	return readSecret(bytes.NewReader(text))
}
