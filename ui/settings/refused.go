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

// refusals is why saving would refuse the files, as far as they have been
// read. Of others nothing is known yet.
func (c *certificatesTab) refusals(*core.Profile) []core.FieldError {
	if c.question() != c.answered {
		return nil
	}
	return c.refused
}

// answer shows what was found, and beside the fields what is wrong with it.
func (c *certificatesTab) answer(question certificateQuestion, found inspection) {
	d, before := c.dialog, len(c.refusals(nil))
	c.offer(found.facts.Identities)
	c.answered, c.refused = question, question.refusals(found)
	if !c.card.show(found.facts, found.err, d.s.Now()) {
		d.form.show(c.cardRow.row, false)
	}
	c.passphrase.SetPlaceHolder(d.s.Text.S(passphraseHint(found.facts, found.err, question.passphrase != "")))
	d.form.relayout()
	if before+len(c.refused) == 0 {
		return
	}
	for _, e := range c.refused {
		if e.Reason != core.Reason(core.CodePassphraseMissing) { // that is still to be typed
			d.form.reveal(e.Field)
		}
	}
	d.form.check()
	if d.guide != nil && len(c.refused) > 0 {
		d.guide.refused()
	}
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
