package keychain

import (
	"context"
	"errors"
	"os"
	"os/exec"

	"github.com/artstore/ingester/core"
)

const adviceUnavailable = "Create a login keychain in Keychain Access, or keep the secret for this session only."

// security is the command that go-keyring runs.
const security = "/usr/bin/security"

// ready reports whether the keychain's command is there. macOS itself asks for the
// password while the command runs.
func ready(ctx context.Context, _ bool) error {
	if _, err := os.Stat(security); err != nil {
		return failure("", core.CodeKeychainUnavailable, sentenceUnavailable, err)
	}
	return ctx.Err()
}

// codeOf reads the command's exit status: the lowest byte of the OSStatus.
func codeOf(err error) core.Code {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		switch exit.ExitCode() {
		case 36, // errSecInteractionNotAllowed
			51,  // errSecAuthFailed
			128: // errSecUserCanceled
			return core.CodeKeychainLocked
		case 37, // errSecNoDefaultKeychain
			50: // errSecNoSuchKeychain
			return core.CodeKeychainUnavailable
		}
	}
	return core.CodeKeychainFailed
}
