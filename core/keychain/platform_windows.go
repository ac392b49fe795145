package keychain

import (
	"context"
	"errors"
	"syscall"

	"github.com/artstore/ingester/core"
)

const adviceUnavailable = "Sign in to Windows with your own account, or keep the secret for this session only."

// errNoLogonSession is ERROR_NO_SUCH_LOGON_SESSION: network logons and some
// services have no credential set.
const errNoLogonSession syscall.Errno = 1312

// ready has nothing to check: the Credential Manager is part of Windows and unlocked with
// the session.
func ready(ctx context.Context, _ bool) error { return ctx.Err() }

// codeOf returns the code of a Windows error.
func codeOf(err error) core.Code {
	if errors.Is(err, errNoLogonSession) {
		return core.CodeKeychainUnavailable
	}
	return core.CodeKeychainFailed
}
