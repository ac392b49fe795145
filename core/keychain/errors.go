package keychain

import (
	"fmt"

	"github.com/artstore/ingester/core"
)

// account is the user name under which a secret is kept. Profile names hold no
// slash, so no two secrets share one.
func account(profile string, i Item) string { return profile + "/" + string(i) }

// label is what a message calls the item.
func (i Item) label() string {
	if i == ItemPassphrase {
		return "passphrase"
	}
	return "client secret"
}

func missing(profile string, i Item) error {
	return &core.Error{
		Kind: core.KindConfig, Code: core.CodeSecretMissing, Op: "read keychain",
		Message: fmt.Sprintf("No %s is kept for the profile %q.", i.label(), profile),
	}
}

// checkSecret refuses what a keychain can't give back as it was.
func checkSecret(s core.Secret, i Item) error {
	switch n := len(s.Reveal()); {
	case n == 0:
		return &core.Error{
			Kind: core.KindConfig, Code: core.CodeSecretMissing, Op: "save in keychain",
			Message: fmt.Sprintf("The %s is empty.", i.label()),
		}
	case n > MaxSecretSize:
		return failure("save in keychain", core.CodeKeychainFailed,
			fmt.Sprintf("The %s has %d bytes; keychains take at most %d.", i.label(), n, MaxSecretSize), nil)
	}
	return nil
}

func failure(op string, code core.Code, message string, err error) *core.Error {
	return &core.Error{Kind: core.KindConfig, Code: code, Op: op, Message: message, Err: err}
}
