//go:build !windows

package keychain

import (
	"errors"
	"testing"

	"github.com/zalando/go-keyring"

	"github.com/artstore/ingester/core"
)

// Messages have the terms of the system on which the error occurs.
func TestErrorsAreToldApart(t *testing.T) {
	tests := map[string]struct {
		err  error
		code core.Code
	}{
		"no keychain on this platform": {keyring.ErrUnsupportedPlatform, core.CodeKeychainUnavailable},
		"another collection":           {errors.New("failed to unlock correct collection '/x'"), core.CodeKeychainLocked},
		"too big":                      {keyring.ErrSetDataTooBig, core.CodeKeychainFailed},
		"anything else":                {errors.New("disk full"), core.CodeKeychainFailed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := odd(nil)
			s.ring = oddRing{set: tt.err}
			err := s.Set(t.Context(), "p", ItemPassphrase, core.NewSecret("x"))
			wantCode(t, "Set", err, tt.code, "save in keychain")
			if !errors.Is(err, tt.err) {
				t.Errorf("the cause %v is lost in %v", tt.err, err)
			}
		})
	}
}
