package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/foreigntext"
	"github.com/artstore/ingester/core/smallfile"
)

// maxSecretInput bounds what is read from a file or standard input.
const maxSecretInput = 64 << 10

// silence is how long to wait for a secret before the user is told what is waited
// for.
const silence = time.Second

// givenSecret reads the client secret from a file, which may be a pipe that another
// program writes to, or else from the environment. It is zero without either.
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

// secretText is the secret in a text that another program wrote. A byte order mark,
// the encoding UTF-16, and spaces, tabs and line ends around it are not part of it.
// from says in errors where the text is from.
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

// promptSecret reads a secret from standard input, until ctx ends. A terminal does
// not show it, and it is taken as it is typed.
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
		return core.Secret{}, errors.Join(inputError(ctx, err), term.Restore(int(f.Fd()), before)) // otherwise the shell would not echo what is typed
	}
	if len(text) == 0 {
		return secretText(text, "what was typed")
	}
	return core.NewSecret(string(text)), nil
}

// untilDone returns what read does, or ctx's error once ctx ends. A read of standard
// input can't be interrupted: it ends with the process then.
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
