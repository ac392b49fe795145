package settings

import (
	"context"
	"errors"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// passphraseField is the key of the passphrase's field. No profile has it.
const passphraseField = "tls.passphrase"

// certificateQuestion is what is asked about certificate files.
type certificateQuestion struct {
	settings   core.TLSSettings
	passphrase string
}

// inspection is the answer: what was found in the files.
type inspection struct {
	facts core.CertificateFacts
	err   error // why saving would refuse the client certificate
	caErr error // why it would refuse the CA file
}

// inspect reads the files. It may block.
func (q certificateQuestion) inspect(ctx context.Context, ctl view.Controller, saved string) inspection {
	var found inspection
	if file := q.settings.CACertFile; file != "" {
		_, found.caErr = ctl.Certificate(ctx, saved, core.TLSSettings{Enabled: true, CACertFile: file}, core.Secret{})
	}
	if own := q.settings; own.HasClientCertificate() {
		own.CACertFile = ""
		found.facts, found.err = ctl.Certificate(ctx, saved, own, core.NewSecret(q.passphrase))
	}
	return found
}

// refusals is what saving would refuse, by field. The reason is the code of the
// error. A locked keychain is not refused: it may be open the next time.
func (q certificateQuestion) refusals(found inspection) []core.FieldError {
	var out []core.FieldError
	if found.caErr != nil {
		out = append(out, core.FieldError{Field: "tls.ca_cert_file", Reason: core.Reason(core.CodeOf(found.caErr))})
	}
	if found.err != nil && !ofKeychain(found.err) {
		out = append(out, core.FieldError{Field: q.refusedField(found), Reason: core.Reason(core.CodeOf(found.err)), Detail: q.convertible(found.err)})
	}
	return out
}

// convertible is the PEM file whose private key has to be converted, as its encryption is
// not supported; "" if something else is wrong.
func (q certificateQuestion) convertible(err error) string {
	var encryption *core.KeyEncryptionError
	switch {
	case !errors.As(err, &encryption), q.settings.PKCS12File != "":
		return ""
	case q.settings.KeyFile != "":
		return q.settings.KeyFile
	}
	return q.settings.CertFile
}

// refusedField is the field to which the error of a client certificate belongs.
func (q certificateQuestion) refusedField(found inspection) string {
	code := core.CodeOf(found.err)
	switch read := found.facts.Fingerprint != ""; {
	case code == core.CodePassphraseMissing || code == core.CodePassphraseWrong:
		return passphraseField
	case code == core.CodeIdentityChoice || code == core.CodeIdentityMissing:
		return "tls.identity"
	case q.settings.PKCS12File != "":
		return "tls.pkcs12_file"
	case read && !found.facts.KeyMatches && q.settings.KeyFile != "":
		return "tls.key_file"
	}
	return "tls.cert_file"
}

// ofKeychain reports whether an error is the keychain's.
func ofKeychain(err error) bool {
	switch core.CodeOf(err) {
	case core.CodeKeychainUnavailable, core.CodeKeychainLocked, core.CodeKeychainFailed:
		return true
	}
	return false
}

// passphraseHint is the key of the text in the empty passphrase field. If none was
// given and an encrypted key could be read, then with the passphrase that is saved.
func passphraseHint(facts core.CertificateFacts, err error, given bool) string {
	switch {
	case core.CodeOf(err) == core.CodePassphraseMissing:
		return "settings.passphrase.needed"
	case err != nil || given:
		return "settings.passphrase.new"
	case facts.Encrypted:
		return "settings.passphrase.kept"
	}
	return "settings.passphrase.none"
}
