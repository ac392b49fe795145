package settings

import (
	"context"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// passphraseField names the field for the passphrase, which is in no profile.
const passphraseField = "tls.passphrase"

// certificateQuestion is what an answer about a certificate depends on.
type certificateQuestion struct {
	settings   core.TLSSettings
	passphrase string
}

// inspection is what was found in the files of a question.
type inspection struct {
	facts core.CertificateFacts
	err   error // why saving would refuse the client certificate
	caErr error // and the CA file
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

// refusals says beside which fields it is to be said what saving would refuse.
// The reason is the code of the error. A keychain is no file: it may open when
// it is asked again.
func (q certificateQuestion) refusals(found inspection) []core.FieldError {
	var out []core.FieldError
	if found.caErr != nil {
		out = append(out, core.FieldError{Field: "tls.ca_cert_file", Reason: core.Reason(core.CodeOf(found.caErr))})
	}
	if found.err != nil && !ofKeychain(found.err) {
		out = append(out, core.FieldError{Field: q.refusedField(found), Reason: core.Reason(core.CodeOf(found.err))})
	}
	return out
}

// refusedField is the field that has the fault of a client certificate.
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

// passphraseHint is the key of what an empty field for the passphrase says.
// Without one given, an encrypted key that could be read was read with the one
// that is kept.
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
