package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/term"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/control"
	"github.com/artstore/ingester/core/foreigntext"
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
	given    core.Secret      // --secret-file or INGESTER_CLIENT_SECRET
	proxy    httpproxy.Config // may hold a password
	redactor *core.Redactor   // is told of all that are used

	published *auth.Publishers // the token servers known to publish keys
}

func newSecrets(given core.Secret, r *core.Redactor) *secrets {
	proxy := *httpproxy.FromEnvironment()
	r.Learn(given, proxyPassword(proxy))
	return &secrets{
		Layered:  keychain.Layered{Session: keychain.NewSession(), System: keychain.NewSystem(keychainService, keychain.DefaultTimeout)},
		given:    given,
		proxy:    proxy,
		redactor: r, published: &auth.Publishers{},
	}
}

// of finds secrets for a caller of this program: what that was given, and then
// the keychain, but nothing that is for this program alone.
func (s *secrets) of(t control.Terms) *secrets {
	proxy := httpproxy.Config{HTTPProxy: t.Proxy.HTTP, HTTPSProxy: t.Proxy.HTTPS, NoProxy: t.Proxy.No, CGI: t.Proxy.CGI}
	s.redactor.Learn(t.Secret, t.Passphrase, proxyPassword(proxy))
	return &secrets{Layered: keychain.Layered{Session: keychain.NewSession(), System: s.System}, given: t.Secret, proxy: proxy, redactor: s.redactor, published: s.published}
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
		if text := getenv("INGESTER_CLIENT_SECRET"); text != "" {
			return secretText([]byte(text), "INGESTER_CLIENT_SECRET")
		}
		return core.Secret{}, nil
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
	return secretText(data, "the secret file")
}

func noSecretFile(message string, err error) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeSecretMissing, Op: "read secret file", Message: message, Err: err}
}

// secretText is the secret that another program wrote, in from. A byte order
// mark, UTF-16, and the spaces, tabs and line ends around it are not part of it.
func secretText(data []byte, from string) (core.Secret, error) {
	refused := func(problem string) error {
		return &core.Error{Kind: core.KindConfig, Code: core.CodeSecretMissing, Op: "read secret", Message: "There is no secret in " + from + ": " + problem + "."}
	}
	if len(data) > maxSecretInput {
		return core.Secret{}, refused("it is too long")
	}
	decoded, err := foreigntext.Decode(data)
	if err != nil {
		return core.Secret{}, refused(err.Error())
	}
	text := strings.Trim(string(decoded), " \t\r\n")
	switch {
	case text == "" && len(data) > 0:
		return core.Secret{}, refused("it holds nothing but blanks and line ends")
	case text == "":
		return core.Secret{}, refused("it is empty")
	case strings.ContainsAny(text, "\r\n\x00"):
		return core.Secret{}, refused("there should be one line that holds the secret and nothing else")
	}
	return core.NewSecret(text), nil
}

// promptSecret reads a secret from standard input, unseen on a terminal, until
// ctx ends. What is typed there is taken as it is.
func promptSecret(ctx context.Context, s streams) (core.Secret, error) {
	f, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		data, err := untilDone(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(s.in, maxSecretInput+1)) })
		if err != nil {
			return core.Secret{}, inputError(ctx, err)
		}
		return secretText(data, "standard input")
	}
	before, err := term.GetState(int(f.Fd()))
	if err != nil {
		return core.Secret{}, inputError(ctx, err)
	}
	_, _ = fmt.Fprint(s.err, "Secret: ")
	text, err := untilDone(ctx, func() ([]byte, error) { return term.ReadPassword(int(f.Fd())) })
	_, _ = fmt.Fprintln(s.err)
	if err != nil {
		return core.Secret{}, errors.Join(inputError(ctx, err), term.Restore(int(f.Fd()), before)) // or the shell would stay without echo
	}
	if len(text) == 0 {
		return secretText(text, "what was typed")
	}
	return core.NewSecret(string(text)), nil
}

// untilDone returns what read does, or ctx's error once that ends. Nothing
// interrupts a read of standard input: read then ends with the process.
func untilDone(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := read()
		done <- result{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func inputError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: "read secret", Message: "The work was stopped.", Err: err}
	}
	return &core.Error{Kind: core.KindConfig, Code: core.CodeSecretMissing, Op: "read secret", Message: "The secret can't be read.", Err: err}
}
