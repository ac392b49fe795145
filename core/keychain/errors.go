package keychain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/artstore/ingester/core"
)

// The operations' names in errors.
const (
	opGet    = "read keychain"
	opSet    = "save in keychain"
	opDelete = "delete from keychain"
	opProbe  = "look for a keychain"
	opClose  = "close keychain"
)

// errTimeLimit is the cause of a context that a System's own time limit has ended.
var errTimeLimit = errors.New("time limit reached")

// account is the user name under which a secret is kept. Profile names have no slash, so
// no two secrets have the same one.
func account(profile string, i Item) string { return profile + "/" + string(i) }

// label is the item's name in messages.
func (i Item) label() string {
	if i == ItemPassphrase {
		return "passphrase"
	}
	return "client secret"
}

func missing(profile string, i Item) error {
	return failure(opGet, core.CodeSecretMissing,
		fmt.Sprintf("No %s is kept for the profile %q. Enter it in the profile's settings.", i.label(), profile), nil)
}

// checkSecret refuses a secret that a keychain can't return unchanged.
func checkSecret(s core.Secret, i Item) error {
	switch n := len(s.Reveal()); {
	case n == 0:
		return failure(opSet, core.CodeSecretMissing, fmt.Sprintf("The %s is empty.", i.label()), nil)
	case n > MaxSecretSize:
		return failure(opSet, core.CodeKeychainFailed,
			fmt.Sprintf("The %s has %d bytes; keychains take at most %d.", i.label(), n, MaxSecretSize), nil)
	}
	return nil
}

func failure(op string, code core.Code, message string, err error) *core.Error {
	return &core.Error{Kind: core.KindConfig, Code: code, Op: op, Message: message, Err: err}
}

// explain turns the error of a keychain call into a *core.Error that says what to do.
// The caller handles ErrNotFound.
func explain(op string, err error, limit time.Duration) error {
	var known *core.Error
	switch {
	case err == nil, errors.Is(err, keyring.ErrNotFound):
		return err
	case errors.As(err, &known):
		known.Op = op
		return known
	case errors.Is(err, errTimeLimit):
		return failure(op, core.CodeKeychainFailed, fmt.Sprintf("The keychain did not answer within %v. %s", limit, adviceHung), err)
	case errors.Is(err, context.Canceled):
		return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: op, Message: "The keychain call was stopped.", Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return failure(op, core.CodeKeychainFailed, "The keychain did not answer in time. "+adviceHung, err)
	}
	code := codeOf(err)
	return failure(op, code, map[core.Code]string{
		core.CodeKeychainUnavailable: sentenceUnavailable,
		core.CodeKeychainLocked:      sentenceLocked,
		core.CodeKeychainFailed:      sentenceFailed,
	}[code], err)
}

// The messages of the errors.
const (
	sentenceUnavailable = "This session has no keychain. " + adviceUnavailable
	sentenceLocked      = "The keychain is locked. Unlock it and try again."
	sentenceFailed      = "The keychain reported an error. Restart it or sign in to this computer again, or keep the secret for this session only."
	sentenceLost        = "The keychain accepted the secret but gave back something else. Check that it is unlocked and not full, or keep the secret for this session only."
	sentenceBusy        = "The keychain has not answered an earlier call yet. " + adviceHung
	adviceHung          = "If it shows a window, answer it; otherwise restart it, and try again. Or keep the secret for this session only."
)
