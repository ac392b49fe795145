//go:build !linux && !darwin && !windows

package keychain

import (
	"context"
	"errors"

	"github.com/zalando/go-keyring"

	"github.com/artstore/ingester/core"
)

const adviceUnavailable = "Keep the secret for this session only."

// ready has nothing to check.
func ready(ctx context.Context, _ bool) error { return ctx.Err() }

// codeOf distinguishes a platform without a keychain from a broken keychain.
func codeOf(err error) core.Code {
	if errors.Is(err, keyring.ErrUnsupportedPlatform) {
		return core.CodeKeychainUnavailable
	}
	return core.CodeKeychainFailed
}
